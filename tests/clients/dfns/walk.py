"""Walks tokens through their life with Dfns' client for Python."""

import json
import os
import uuid
from importlib.metadata import version

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dfns_sdk import DfnsClient, DfnsClientConfig, DfnsError, KeySigner

URL = os.environ["JETON_TEST_URL"]
DEMO = json.load(open(os.environ["JETON_TEST_DEMO"]))["contracts"]["dfns"]
KEYS = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}
CHECKS = 0


def check(condition, said=""):
    """Counts what holds, and ends where something does not."""
    global CHECKS
    CHECKS += 1
    assert condition, said


def client(token, signer=None):
    """A client with this bearer, which signs with this signer."""
    return DfnsClient(DfnsClientConfig(auth_token=token, base_url=URL, signer=signer)).auth


def refused(status, call, *arguments):
    """The error that a call is answered with."""
    try:
        call(*arguments)
    except DfnsError as error:
        check(error.status_code == status, f"{error.status_code} {error}")
        check(error.message and error.message != "Unknown error", error.message)
        return error
    raise AssertionError(f"{status} was expected")


def private_pem(key):
    """A private key as its owner keeps it."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def public_pem(key):
    """A public key as it is sent."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def life(me, kind, itself):
    """Create, list, get, rename, deactivate, activate, delete, gone."""
    key = KEYS[kind]()
    name = f"walk {kind} {uuid.uuid4()}"
    made = me.create_personal_access_token({"name": name, "publicKey": public_pem(key), "daysValid": 30})
    token = made["tokenId"]
    check(made["kind"] == "Pat" and made["isActive"] and made["name"] == name, made)
    check(any(item["tokenId"] == token for item in me.list_personal_access_tokens()["items"]))
    check("accessToken" not in me.get_personal_access_token(token))
    renamed = f"Schlüssel {kind} 鍵 🔑 {uuid.uuid4()}"
    check(me.update_personal_access_token(token, {"name": renamed})["name"] == renamed)
    check(me.update_personal_access_token(token, {})["name"] == renamed)
    pat = client(made["accessToken"], KeySigner(made["credId"], private_pem(key)))
    check(pat.get_personal_access_token(token)["name"] == renamed)
    check(me.deactivate_personal_access_token(token)["isActive"] is False)
    refused(401, pat.list_personal_access_tokens)
    check(me.activate_personal_access_token(token)["isActive"] is True)
    refused(403, pat.create_personal_access_token, {"name": f"{name} 2", "publicKey": public_pem(key)})
    # Its bearer with another's key, which this client does not notice by itself.
    foreign = client(made["accessToken"], KeySigner(DEMO["cred_id"], DEMO["private_key_pem"]))
    refused(401, foreign.delete_personal_access_token, token)
    check((pat if itself else me).delete_personal_access_token(token)["isActive"] is False)
    refused(401, pat.list_personal_access_tokens)
    refused(404, me.get_personal_access_token, token)
    refused(404, me.delete_personal_access_token, token)


def login(me, owner):
    """Log in with a key."""
    # The client wants a bearer even where there is none yet.
    login = client("none")
    who = {"orgId": DEMO["org_id"], "username": DEMO["username"]}
    challenge = login.create_login_challenge(who)
    answer = {"challengeIdentifier": challenge["challengeIdentifier"], "firstFactor": owner.sign(challenge)}
    token = login.login(answer)["token"]
    check(client(token).list_personal_access_tokens()["items"] is not None)
    refused(400, login.login, answer)


def service_account(me, permissions):
    """A service account with a permission signs with a key of its own."""
    key = KEYS["RSA"]()
    permission = permissions.create_permission({"name": f"walk {uuid.uuid4()}", "operations": ["Permissions:Read"]})
    body = {"name": f"Robot {uuid.uuid4()}", "publicKey": public_pem(key), "permissionId": permission["id"], "daysValid": 1}
    made = me.create_service_account(body)
    account, [token] = made["userInfo"]["userId"], made["accessTokens"]
    check(made["userInfo"]["isServiceAccount"] and token["kind"] == "ServiceAccount", made)
    check(any(item["userInfo"]["userId"] == account for item in me.list_service_accounts()["items"]))
    signer = KeySigner(token["credId"], private_pem(key))
    robot = DfnsClient(DfnsClientConfig(auth_token=token["accessToken"], base_url=URL, signer=signer))
    check(robot.permissions.get_permission(permission["id"])["operations"] == ["Permissions:Read"])
    refused(403, robot.permissions.create_permission, {"name": "x", "operations": ["Permissions:Read"]})
    check(me.deactivate_service_account(account, {})["userInfo"]["isActive"] is False)
    refused(401, robot.auth.list_personal_access_tokens)
    check(me.activate_service_account(account)["userInfo"]["isActive"] is True)
    check(robot.auth.delete_personal_access_token(token["tokenId"])["isActive"] is False)
    refused(401, robot.auth.list_personal_access_tokens)
    check(me.delete_service_account(account)["userInfo"]["isActive"] is False)


def main():
    """All of it, with the administrator of the demonstration."""
    owner = KeySigner(DEMO["cred_id"], DEMO["private_key_pem"])
    me = client(DEMO["auth_token"], owner)
    for kind in KEYS:
        for itself in (False, True):
            life(me, kind, itself)
    # The hints of this client are in snake case, which the contract does not know: the answer names the field.
    wrong = refused(400, me.create_personal_access_token, {"name": "x", "public_key": public_pem(KEYS["Ed25519"]())})
    check("public_key" in f"{wrong.message} {wrong.details}", f"{wrong.message} {wrong.details}")
    refused(404, me.get_personal_access_token, "to-00000-00000-0000000000000000")
    refused(401, client("a.b.c").list_personal_access_tokens)
    login(me, owner)
    config = DfnsClientConfig(auth_token=DEMO["auth_token"], base_url=URL, signer=owner)
    service_account(me, DfnsClient(config).permissions)
    found = version("dfns-sdk")
    print(f"dfns-sdk {found}: {CHECKS} checks")
    if found != "1.0.4":
        print(f"SKIPPED dfns-sdk 1.0.4: what it needs could not be installed; {found} was run")


main()
