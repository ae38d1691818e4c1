"""Who uses the site: visitors, and members who are signed in by page and by token."""

from urllib.parse import urlsplit

from quintet_conformance.client import Connection
from quintet_conformance.site import Member, PreparationError
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.cookies import Jar


class SignedIn(Browser):
    """A browser in which a member has signed in."""

    def __init__(
        self, connection: Connection, *, public_url: str, member: Member
    ) -> None:
        super().__init__(connection, public_url=public_url, jar=Jar())
        self.member = member

    @property
    def username(self) -> str:
        return self.member.username


class Blog:
    """The pages of one server."""

    def __init__(self, connection: Connection, public_url: str) -> None:
        self.connection = connection
        self.public_url = public_url

    def visitor(self) -> Browser:
        return Browser(self.connection, public_url=self.public_url)

    def sign_in(self, member: Member) -> SignedIn:
        """Sign a member in through the form."""
        browser = SignedIn(self.connection, public_url=self.public_url, member=member)
        answer = browser.fill(
            "/login", username=member.username, password=member.password
        )
        if answer.status not in {302, 303}:
            msg = f"could not sign in by page: {answer.status}"
            raise PreparationError(msg)
        return browser


def public_url_of(connection: Connection) -> str:
    """Ask the server for its own address: robots.txt names the sitemap by it."""
    response = connection.http.request("GET", connection.target("/robots.txt"))
    for line in response.text.splitlines():
        name, _, address = line.partition(":")
        base = address.strip().removesuffix("/sitemap.xml")
        if name.strip().lower() == "sitemap" and urlsplit(base).netloc:
            return base
    return str(connection.url).rstrip("/")
