"""What the running test sent and received."""

from quintet_conformance.exchanges import Exchange


class Recorder:
    """Collects the exchanges of one test; clients of all threads append to it."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def add(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    def clear(self) -> None:
        self.exchanges = []

    @property
    def last(self) -> Exchange | None:
        return self.exchanges[-1] if self.exchanges else None

    def summary(self) -> list[tuple[str | None, int, str | None]]:
        """List each operation, status and problem code once."""
        seen = {
            (each.operation_id, each.status, each.problem_code): None
            for each in self.exchanges
        }
        return list(seen)
