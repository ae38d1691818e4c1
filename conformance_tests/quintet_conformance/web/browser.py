"""A browser without JavaScript, whose every answer is held against the rules."""

from collections.abc import Collection, Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from quintet_conformance import names
from quintet_conformance.client import Connection
from quintet_conformance.contract import REFUSED_BY_SERVER, ContractViolationError
from quintet_conformance.exchanges import Exchange, as_curl, as_text
from quintet_conformance.operations import Client
from quintet_conformance.web.answer import Answer, UnexpectedAnswerError
from quintet_conformance.web.answer_rules import faults_of_answer
from quintet_conformance.web.cookies import Jar
from quintet_conformance.web.form_rules import faults_of_forms
from quintet_conformance.web.forms import Form, Pairs, encode
from quintet_conformance.web.page_rules import faults_of_page
from quintet_conformance.web.visit import Visit

FORM = "application/x-www-form-urlencoded"
PASSWORDS = frozenset({"password", "current_password", "new_password"})
TELLING = 8  # a shorter "password" may be part of any text
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

Values = Mapping[str, str]


class PageViolationError(ContractViolationError):
    """A page breaks a rule that holds for all pages."""


class Browser:
    """Keeps cookies, sends forms, follows a redirect when it is told to."""

    def __init__(
        self, connection: Connection, *, public_url: str, jar: Jar | None = None
    ) -> None:
        self.connection = connection
        self.public_url = public_url
        self.jar = jar or Jar()
        self.headers = {"X-Forwarded-For": names.address()}
        parts = urlsplit(public_url)
        self.is_secure = parts.scheme == "https"
        addressed = connection.url.netloc.decode("ascii")
        self.own_hosts = frozenset({parts.netloc, addressed})
        # Behind a proxy a browser says the site's name; alone, where it connects to.
        self.host = parts.netloc if self.is_secure else addressed
        self.origin = f"{parts.scheme}://{self.host}"

    def copy(self) -> "Browser":
        """Give another browser with the same cookies."""
        return Browser(self.connection, public_url=self.public_url, jar=self.jar.copy())

    def api(self) -> Client:
        """Give an API client that sends the cookies of this browser."""
        return Client(self.connection).with_headers({"Cookie": self.jar.field()})

    def get(self, path: str, **query: str) -> Answer:
        return self.request("GET", path + (f"?{urlencode(query)}" if query else ""))

    def open(self, path: str, **query: str) -> Answer:
        """Get a page that has to be there."""
        __tracebackhide__ = True
        answer = self.get(path, **query)
        if answer.status != 200:
            msg = f"expected {path}, got {answer.status}"
            raise UnexpectedAnswerError(msg)
        return answer

    def follow(self, answer: Answer) -> Answer:
        """Go where a redirect leads."""
        return self.request("GET", answer.location.partition("#")[0])

    def submit(
        self, form: Form, /, *, without: Collection[str] = (), **values: str
    ) -> Answer:
        """Fill the named fields and send the form, hidden fields as they are."""
        return self.post(form.action, form.data(values, without), page=form.page)

    def fill(self, page: str, action: str | None = None, /, **values: str) -> Answer:
        """Open a page, fill in the form of that action there, and send it."""
        return self.submit(self.open(page).form(action or page), **values)

    def post(self, path: str, pairs: Pairs, *, page: str | None = None) -> Answer:
        """Send fields, whatever form they may be from."""
        return self.request("POST", path, content=encode(pairs), page=page)

    def proof(self) -> Pairs:
        """Give the hidden fields by which this browser's forms prove their origin."""
        signed_in = self.get("/new")
        if signed_in.status == 200:
            return list(signed_in.form("/new").proof.items())
        return list(self.open("/login").form("/login").proof.items())

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Values | None = None,
        content: bytes | None = None,
        page: str | None = None,
        server_may_refuse: bool = False,
    ) -> Answer:
        """Send anything; a body is taken for a form unless `headers` say otherwise."""
        fields = {**self._fields(method, page or path), **(headers or {})}
        if content is not None:
            fields.setdefault("Content-Type", FORM)
        had_cookies = bool(self.jar.values)
        response = self.connection.http.request(
            method,
            self.connection.target(path),
            headers=[(name.encode(), text.encode()) for name, text in fields.items()],
            content=content,
        )
        self.connection.note(Exchange(response), server_may_refuse=server_may_refuse)
        answer = Answer(
            response,
            own_hosts=self.own_hosts,
            is_secure=self.is_secure,
            had_cookies=had_cookies,
            secrets=_secrets(content),
        )
        self.jar.store(answer.cookies, is_secure=self.is_secure)
        if not (server_may_refuse and _is_by_server(answer)):
            check(answer)
        return answer

    def _fields(self, method: str, page: str) -> dict[str, str]:
        fields = {"Accept": ACCEPT, "Accept-Encoding": "identity", **self.headers}
        fields["Host"] = self.host
        if self.jar.values:
            fields["Cookie"] = self.jar.field()
        if method not in {"GET", "HEAD"}:
            fields["Origin"] = self.origin
            fields["Referer"] = self.origin + page
        return fields


def _is_by_server(answer: Answer) -> bool:
    """Tell what an HTTP server refuses by itself: no site gave it a name."""
    is_named = "X-Request-ID" in answer.headers
    return answer.status in REFUSED_BY_SERVER and not is_named


def check(visit: Visit) -> None:
    """Raise with all that is wrong with an answer."""
    faults = list(_faults(visit))
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        msg = (
            f"the answer breaks the rules of all pages:\n{listed}\n\n"
            f"{as_curl(visit.response.request)}\n\n{as_text(visit.response)}"
        )
        raise PageViolationError(msg)


def _faults(visit: Visit) -> Iterator[str]:
    yield from faults_of_answer(visit)
    if visit.is_page and visit.method != "HEAD" and visit.status != 304:
        yield from faults_of_page(visit)
        yield from faults_of_forms(visit)


def _secrets(content: bytes | None) -> tuple[str, ...]:
    """Find the passwords in a form that a page may not show as something else."""
    if content is None or len(content) > 10_000:
        return ()
    typed = parse_qsl(content.decode("latin-1"))
    others = [value for name, value in typed if name not in PASSWORDS]
    return tuple(
        value
        for name, value in typed
        if name in PASSWORDS
        and len(value.strip()) >= TELLING
        and not any(value in other for other in others)
    )
