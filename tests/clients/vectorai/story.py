"""Every method that the client has about authentication, and every error that it knows of, in one story.

It is told twice: by the client that waits, and by the one that does not.
"""

import asyncio
import importlib.metadata
import inspect
import json
import os
import urllib.request

from actian_vectorai import AsyncVectorAIClient, VectorAIClient, exceptions

URL = os.environ["JETON_TEST_URL"]
with open(os.environ["JETON_TEST_DEMO"], encoding="utf-8") as file:
    DEMO = json.load(file)
OTHER_PASSWORD = "Oboe.Orchard.8.Quay"


class Teller:
    """Calls methods by name, whichever form the client has, and keeps in mind which were called."""

    def __init__(self, kind):
        self.kind = kind
        self.called = set()

    async def call(self, method, *arguments, own_key=None, **named):
        self.called.add(method)
        client = self.kind(rest_url=URL, api_key=own_key)
        try:
            answer = getattr(client.auth, method)(*arguments, **named)
            return await answer if inspect.isawaitable(answer) else answer
        finally:
            if self.kind is AsyncVectorAIClient:
                await client.close()
            else:
                client.shutdown()

    async def refused(self, expected, code, method, *arguments, **named):
        """Fails unless the call is refused with this class of error and this code; gives its text."""
        try:
            await self.call(method, *arguments, **named)
        except expected as error:
            assert error.code == code, f"{method}: {error.code} {error}"
            return str(error)
        raise AssertionError(f"{method} was not refused")


def active(secret):
    """The verdict of the server about a secret, at its native door."""
    request = urllib.request.Request(
        f"{URL}/v1/tokens/verify",
        data=json.dumps({"token": secret}).encode(),
        headers={"Authorization": f"Bearer {DEMO['verifier']['token']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["active"]


async def signed_in(teller, password):
    answer = await teller.call("login", password)
    assert answer.token and answer.expires_in == 3600 and answer.message == "Login successful", answer
    return answer.token


async def keys(teller, jwt):
    """What the admin does with keys."""
    made = await teller.call("create_api_key", "worker", description="for the story", admin_jwt=jwt)
    assert made.permission == "read,write" and made.description == "for the story" and not made.will_expire, made
    assert made.api_key.startswith("vdai_") and made.expired_at is None and active(made.api_key), made
    listed = await teller.call("list_api_keys", admin_jwt=jwt)
    assert [key.name for key in listed if key.id == made.id] == ["worker"], listed
    rotated = await teller.call("rotate_api_key", made.id, admin_jwt=jwt)
    assert (rotated.id, rotated.name, rotated.created_at) == (made.id, made.name, made.created_at), rotated
    assert not active(made.api_key) and active(rotated.api_key), "the old secret died at once"
    assert await teller.call("delete_api_key", made.id, admin_jwt=jwt) is None
    assert not active(rotated.api_key), "deleted is refused at once"

    admin = await teller.call("create_api_key", "keeper", permission="admin", admin_jwt=jwt)
    for credential in ({"admin_api_key": admin.api_key}, {"own_key": admin.api_key}):
        worker = await teller.call("create_api_key", "worker", permission="read,write", **credential)
        await teller.call("rotate_api_key", worker.id, **credential)
        assert len(await teller.call("list_api_keys", **credential)) == len(listed) + 1
        await teller.call("delete_api_key", worker.id, **credential)
    await teller.call("delete_api_key", admin.id, admin_api_key=admin.api_key)
    assert not active(admin.api_key)


async def refusals(teller, jwt):
    """Every error of the client that these calls can bring about."""
    made = await teller.call("create_api_key", "one", permission="read", admin_jwt=jwt)
    create, rotate, delete = "create_api_key", "rotate_api_key", "delete_api_key"
    await teller.refused(exceptions.CollectionExistsError, 409, create, "one", admin_jwt=jwt)
    for method in (rotate, delete):
        await teller.refused(exceptions.PointNotFoundError, 404, method, 4711, admin_jwt=jwt)
        await teller.refused(exceptions.InvalidCredentialsError, 401, method, made.id, admin_api_key="vdai_nobody")
        await teller.refused(exceptions.PermissionDeniedError, 403, method, made.id, admin_api_key=made.api_key)
    await teller.refused(exceptions.InvalidCredentialsError, 401, "list_api_keys")
    await teller.refused(exceptions.PermissionDeniedError, 403, "list_api_keys", own_key=made.api_key)
    for switch in (("is_auth_enabled",), ("set_auth_enabled", False)):
        await teller.refused(exceptions.PermissionDeniedError, 403, *switch, admin_jwt=made.api_key)
        await teller.refused(exceptions.InvalidCredentialsError, 401, *switch, admin_jwt="eyJhbGciOiJub25lIn0.e30.")
    said = await teller.refused(exceptions.ValidationError, 422, create, "two", permission="fly", admin_jwt=jwt)
    assert "permission" in said, said
    expired = await teller.call(create, "old", will_expire=True, expires_in_seconds=0, admin_jwt=jwt)
    assert expired.expired_at == expired.created_at and not active(expired.api_key), expired
    await teller.refused(exceptions.CollectionExistsError, 409, rotate, expired.id, admin_jwt=jwt)
    for key in (made, expired):
        await teller.call(delete, key.id, admin_jwt=jwt)

    assert await teller.call("set_auth_enabled", False, admin_jwt=jwt) is False
    assert await teller.call("is_auth_enabled", admin_jwt=jwt) is False
    await teller.refused(exceptions.PermissionDeniedError, 403, create, "three", admin_jwt=jwt)
    assert await teller.call("set_auth_enabled", True, admin_jwt=jwt) is True
    assert await teller.call("is_auth_enabled", admin_jwt=jwt) is True


async def admin(teller, password, jwt):
    """What becomes of the admin; the story ends with the password that it began with."""
    await teller.refused(exceptions.InvalidCredentialsError, 401, "login", "Not-The-Password-1")
    await teller.refused(exceptions.CollectionExistsError, 409, "create_admin", password)
    reset = "reset_admin_password"
    await teller.refused(exceptions.InvalidCredentialsError, 401, reset, "Not-The-Password-1", OTHER_PASSWORD)
    assert await teller.call(reset, password, OTHER_PASSWORD) is None
    await teller.refused(exceptions.InvalidCredentialsError, 401, "is_auth_enabled", admin_jwt=jwt)
    jwt = await signed_in(teller, OTHER_PASSWORD)
    assert await teller.call("delete_admin", admin_jwt=jwt) is None
    assert await teller.call("admin_exists") is False
    await teller.refused(exceptions.InvalidCredentialsError, 401, "is_auth_enabled", admin_jwt=jwt)
    assert await teller.call("create_admin", OTHER_PASSWORD) is None
    await signed_in(teller, OTHER_PASSWORD)
    assert await teller.call(reset, OTHER_PASSWORD, password) is None


async def guesses(teller):
    """Whoever guesses is slowed down."""
    for _ in range(10):
        try:
            await teller.call("login", "Not-The-Password-1")
        except exceptions.InvalidCredentialsError:
            continue
        except exceptions.RateLimitError as error:
            assert error.code == 429, error.code
            return
    raise AssertionError("nobody was slowed down")


async def story(teller):
    password = DEMO["contracts"]["vectorai"]["admin_password"]
    assert await teller.call("admin_exists") is True
    jwt = await signed_in(teller, password)
    assert await teller.call("is_auth_enabled", admin_jwt=jwt) is True
    await keys(teller, jwt)
    await refusals(teller, jwt)
    await admin(teller, password, jwt)
    methods = {name for name in dir(AsyncVectorAIClient(rest_url=URL).auth) if not name.startswith("_")}
    assert teller.called == methods, f"not called: {methods - teller.called}"


def tell(teller, part):
    """Runs a part of the story. With the client that waits nothing is ever suspended, so it needs no event loop."""
    if teller.kind is AsyncVectorAIClient:
        asyncio.run(part)
        return
    try:
        part.send(None)
    except StopIteration:
        return
    raise AssertionError("the client that waits has not waited")


def main():
    version = importlib.metadata.version("actian-vectorai-client")
    tellers = [Teller(VectorAIClient), Teller(AsyncVectorAIClient)]
    for teller in tellers:
        tell(teller, story(teller))
        print(f"actian-vectorai-client {version}, {teller.kind.__name__}: all {len(teller.called)} methods")
    # Only now, as the place stays slowed down for a while.
    for teller in tellers:
        tell(teller, guesses(teller))


main()
