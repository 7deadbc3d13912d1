"""Walks tokens through their life with the official client, sync and async, in whichever version is installed."""

import asyncio
import inspect
import json
import os
from importlib.metadata import version

from mpt_api_client import AsyncMPTClient, MPTClient, RQLQuery
from mpt_api_client.exceptions import MPTAPIError, MPTHttpError

URL = os.environ["JETON_TEST_URL"]
DEMO = json.load(open(os.environ["JETON_TEST_DEMO"]))["contracts"]["softwareone"]
VERSION = version("mpt-api-client")
NEW = int(VERSION.split(".")[0]) >= 7
CHECKS = 0


def check(condition, said=""):
    """Counts what holds, and ends where something does not."""
    global CHECKS
    CHECKS += 1
    assert condition, said


def client(kind, token, url=URL):
    """A client of this version with this token."""
    if NEW:
        from mpt_api_client.auth import BearerTokenAuthentication

        return kind.from_config(authentication=BearerTokenAuthentication(token), base_url=url)
    return kind.from_config(api_token=token, base_url=url)


async def done(answer):
    """The answer of either kind of client."""
    return await answer if inspect.isawaitable(answer) else answer


async def all_of(records):
    """The records of either kind of iteration."""
    return [record async for record in records] if hasattr(records, "__aiter__") else list(records)


async def refused(status, title, call):
    """The error that a call is answered with."""
    try:
        await done(call())
    except MPTAPIError as error:
        check(error.status == status and error.title == title, error)
        check(str(error).startswith(f"{status} {title} - "), error)
        check(error.trace_id.startswith("00-"), error)
        return error
    raise AssertionError(f"{status} was expected")


async def life(tokens, account, tag):
    """Create, read, update, disable, enable, delete."""
    made = await done(tokens.create({
        "account": {"id": account}, "name": f"{tag} walk", "description": "Walks", "icon": "", "extensions": None,
        "modules": [{"id": "MOD-1751"}],
    }))
    check(made.status == "Active" and made.token.startswith(f"idt:{made.id}:") and len(made.token) == 82)
    check(made.account.id == account and made.icon == "" and made.revision == 1)
    read = await done(tokens.get(made.id, select=["audit", "-description"]))
    check(read.audit.created.by.id.startswith("USR-") and "description" not in read.to_dict())
    check(made.token not in str(read.to_dict()), "nobody else is shown the secret again")
    changed = await done(tokens.update(made.id, {"name": f"{tag} walked", "account": {"id": account}}))
    check(changed.name == f"{tag} walked" and changed.description == "Walks" and changed.revision == 2)
    check((await done(tokens.disable(made.id))).status == "Disabled")
    error = await refused(400, "Bad Request", lambda: tokens.disable(made.id))
    check(list(error.errors) == ["status"] and error.detail == "One or more validation errors occurred.")
    check((await done(tokens.enable(made.id))).status == "Active")
    check(await done(tokens.delete(made.id)) is None)
    for call in (tokens.get, tokens.delete, tokens.enable, tokens.disable):
        await refused(404, "Not Found", lambda call=call: call(made.id))
    await refused(404, "Not Found", lambda: tokens.update(made.id, {"name": "gone"}))
    return made


async def lists(tokens, account, tag):
    """Filters, order, selection, and more pages than one."""
    names = [f"{tag} {text}" for text in ("alpha", "beta's", "Gamma 1.0", "delta")]
    made = [await done(tokens.create({"name": name, "account": {"id": account}, "modules": [{"id": "MOD-1756"}]})) for name in names]
    mine = tokens.filter(RQLQuery(id__in=[token.id for token in made]))
    ids = [token.id for token in made]

    async def found(service):
        return [token.id for token in await all_of(service.iterate(batch_size=3))]

    check(await found(mine) == ids, "in the order of creation, over two pages")
    by_name = sorted(made, key=lambda token: token.name)
    check(await found(mine.order_by("name")) == [token.id for token in by_name])
    check(await found(mine.order_by("-name", "id")) == [token.id for token in reversed(by_name)])
    first = await done(mine.fetch_page(limit=2, offset=1))
    check(len(first) == 2 and first.meta.pagination.total == 4 and first[0].id == ids[1])
    check((await done(mine.filter(RQLQuery(name=names[3])).fetch_one())).id == ids[3])
    selected = await done(mine.select("modules", "-name").fetch_page())
    check(selected[0].modules[0].id == "MOD-1756" and "name" not in selected[0].to_dict())
    queries = [
        (RQLQuery(name__ilike="*GAMMA*"), [ids[2]]),
        (RQLQuery(name__like="*a"), [ids[0], ids[3]]),
        (RQLQuery(status="Active") & RQLQuery(name__ne=names[0]), ids[1:]),
        (RQLQuery(id=ids[0]) | RQLQuery(id=ids[3]), [ids[0], ids[3]]),
        (~(RQLQuery(id=ids[0]) | RQLQuery(id=ids[3])), ids[1:3]),
        (RQLQuery(id__out=ids[:3]), ids[3:]),
        (RQLQuery("description").null(True), ids),
        (RQLQuery(id="MOD-1756").any("modules"), ids),
        (RQLQuery("audit.created.at").ge("2020-01-01T00:00:00+00:00"), ids),
        (RQLQuery("account.id").eq(account), ids),
    ]
    if NEW:
        # The older version cannot write a value with a quote.
        queries.append((RQLQuery(name=names[1]), [ids[1]]))
    for query, expected in queries:
        check(await found(mine.filter(query)) == expected, f"{query}: {expected}")
    error = await refused(400, "Bad Request", lambda: tokens.filter(RQLQuery(colour="red")).fetch_page())
    check(error.errors == {"colour": ["Invalid property path."]}, error.errors)
    for token in made:
        await done(tokens.delete(token.id))


async def errors(kind, service):
    """Every class of error that the client knows."""
    await refused(400, "Bad Request", lambda: service.get("TKN-1"))
    error = await refused(400, "Bad Request", lambda: service.create({"description": "no name"}))
    check(list(error.errors) == ["name"])
    await refused(401, "Authentication Failed", lambda: client(kind, "idt:TKN-0000-0001:wrong").accounts.api_tokens.fetch_page())
    weak = await done(service.create({"name": "weak"}))
    own = client(kind, weak.token).accounts.api_tokens
    check((await done(own.get(weak.id))).token == weak.token, "a token reads itself")
    await refused(403, "Forbidden", own.fetch_page)
    await done(service.delete(weak.id))
    await refused(401, "Authentication Failed", lambda: own.get(weak.id))
    check(issubclass(MPTAPIError, MPTHttpError))


async def streams(tokens):
    """Whole lists as streams."""
    from mpt_api_client.http.mixins.streaming_mixin import StreamFormat

    expected = [token.id for token in await all_of(tokens.iterate())]
    for form in StreamFormat:
        records = tokens.stream(stream_format=form)
        check([token.id for token in await all_of(records)] == expected, form)


async def catalogues(mpt, token):
    """Modules, audit records and event types."""
    modules = await all_of(mpt.accounts.modules.iterate())
    check("access-management" in [module.code for module in modules])
    check((await done(mpt.accounts.modules.get("MOD-1756"))).name == "Access Management")
    records = mpt.audit.records.filter(RQLQuery("object.id").eq(token.id))
    page = await done(records.fetch_page(limit=2))
    check(page.meta.pagination.total == 5 and len(page) == 2, page.meta)
    check([record.event.rsplit(".")[-1] for record in page] == ["statusChanged", "enabled"])
    check((await done(mpt.audit.records.get(page[0].id))).object.id == token.id)
    kinds = await all_of(mpt.audit.event_types.iterate(batch_size=5))
    check(len(kinds) > 10)
    check((await done(mpt.audit.event_types.get(kinds[0].id))).key == kinds[0].key)


async def walk(kind):
    """Everything, as the account of a vendor, and as whoever runs the marketplace."""
    mpt = client(kind, DEMO["vendor_token"], f"{URL}/public/v1")
    tokens = mpt.accounts.api_tokens
    own = await done(tokens.get(DEMO["vendor_token"].split(":")[1]))
    check(own.account.type == "Vendor" and own.token == DEMO["vendor_token"])
    tag = f"{kind.__name__} {VERSION}"
    made = await life(tokens, own.account.id, tag)
    await lists(tokens, own.account.id, tag)
    await errors(kind, tokens)
    await catalogues(mpt, made)
    if NEW:
        await streams(tokens)
    operations = client(kind, DEMO["operations_token"]).accounts.api_tokens
    check((await done(operations.get(made.id))).status == "Deleted")
    await refused(404, "Not Found", lambda: client(kind, DEMO["client_token"]).accounts.api_tokens.get(own.id))


for each in (MPTClient, AsyncMPTClient):
    asyncio.run(walk(each))
print(f"mpt-api-client {VERSION}, sync and async: {CHECKS} checks passed")
