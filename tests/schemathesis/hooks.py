"""How Schemathesis signs in: a fresh token again and again, because its own requests delete tokens.

The user is the demonstration's application administrator. He is the last one who can sign in, so no
request can take that away from him, whatever else it deletes or deactivates.

Requests also guess at passwords, and the server slows down whoever guesses. So sign-ins come from an address of
their own, and sessions belong to other people, each in turn.
"""

import json
import os

import requests
import schemathesis

URL = os.environ["JETON_TEST_URL"]
OWN_REQUEST = {"X-Jeton-Request": "1"}
# The server takes this machine for a proxy; the requests that are made up name no client.
ELSEWHERE = {"X-Forwarded-For": "192.0.2.1"}
RNCV = "^/admin/|^/backend/"
ADMIN = "^/auth/(admin|enabled)"
COOKIE = "__Host-jeton-session"

with open(os.environ["JETON_TEST_DEMO"], encoding="utf-8") as file:
    DEMO = json.load(file)
PERSON = DEMO["application_administrator"]
OTHERS = [person for company in DEMO["organisations"] for person in (company["administrator"], company["member"])]


@schemathesis.hook
def filter_case(context, case):
    """TRACE is refused before there is a resource, so its 405 has no methods of that resource to list."""
    return case.method.upper() != "TRACE"


def sign_in(person):
    """A new session of this person."""
    body = {"email": person["email"], "password": person["password"]}
    answer = requests.post(f"{URL}/v1/sessions", json=body, headers=OWN_REQUEST | ELSEWHERE, timeout=30)
    answer.raise_for_status()
    # The jar of `requests` leaves out secure cookies of plain HTTP.
    return answer.headers["set-cookie"].removeprefix(f"{COOKIE}=").split(";")[0]


def session():
    """A new session of somebody whose account nobody has guessed at just now."""
    for _ in OTHERS:
        OTHERS.append(OTHERS.pop(0))
        try:
            return sign_in(OTHERS[0])
        except requests.HTTPError:
            continue
    return sign_in(PERSON)


def admin():
    """The sign-in of VectorAI's admin, who switches his door on again: the requests may have switched it off."""
    jwt = DEMO["contracts"]["vectorai"]["admin_token"]
    headers = {"Authorization": f"Bearer {jwt}"}
    requests.patch(f"{URL}/auth/enabled", json={"enabled": True}, headers=headers, timeout=30).raise_for_status()
    return jwt


def token():
    """A new token of the administrator, for an hour."""
    admin()
    body = {"name": "schemathesis", "expires_in_seconds": 3600}
    headers = {**OWN_REQUEST, "Cookie": f"{COOKIE}={sign_in(PERSON)}"}
    answer = requests.post(f"{URL}/v1/sessions/current/tokens", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()["secret"]


@schemathesis.auth(refresh_interval=3).apply_to(path_regex="^/v1/sessions").apply_to(method="POST", path="/v1/sessions")
class Session:
    """The cookie, for the calls that take one."""

    def get(self, case, context):
        return session()

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Cookie": f"{COOKIE}={data}"}


@schemathesis.auth(refresh_interval=3).apply_to(path_regex=RNCV)
class Key:
    """The same token as RNCV's clients show it."""

    def get(self, case, context):
        return token()

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Token {data}"}


@schemathesis.auth(refresh_interval=3).apply_to(path_regex=ADMIN)
class Admin:
    """The admin's sign-in, for the calls that take nothing else."""

    def get(self, case, context):
        return admin()

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.auth(refresh_interval=3).skip_for(path_regex=f"^/v1/sessions|{RNCV}|{ADMIN}")
class Token:
    """The bearer token, for all others."""

    def get(self, case, context):
        return token()

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
