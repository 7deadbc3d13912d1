// Walks tokens through their life with Dfns' clients for Node, in whichever versions NODE_PATH leads to.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const { BaseAuthApi, DfnsApiClient, DfnsAuthenticator, DfnsDelegatedApiClient, DfnsError } = require("@dfns/sdk");
const { AsymmetricKeySigner } = require("@dfns/sdk-keysigner");
const versions = ["@dfns/sdk", "@dfns/sdk-keysigner"].map((name) => `${name} ${require(`${name}/package.json`).version}`);

const baseUrl = process.env.JETON_TEST_URL;
const demo = JSON.parse(fs.readFileSync(process.env.JETON_TEST_DEMO)).contracts.dfns;
const orgId = demo.org_id;
const owner = new AsymmetricKeySigner({ credId: demo.cred_id, privateKey: demo.private_key_pem });
const me = client(demo.auth_token, owner);

const KEYS = {
    Ed25519: () => crypto.generateKeyPairSync("ed25519"),
    "P-256": () => crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }),
    secp256k1: () => crypto.generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
    RSA: () => crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }),
};

let checks = 0;
// Counts what holds, and ends where something does not.
function check(condition, said) {
    checks += 1;
    if (!condition) throw new Error(`not so: ${typeof said === "string" ? said : JSON.stringify(said)}`);
}

function client(authToken, signer) {
    return new DfnsApiClient({ baseUrl, orgId, authToken, signer });
}

// The error that a call is answered with, as the client shows it.
async function refused(httpStatus, call, message) {
    try {
        await call();
    } catch (error) {
        check(error instanceof DfnsError, `${error}`);
        check(error.httpStatus === httpStatus, error.toString());
        check(typeof error.message === "string" && error.message !== "", error.toString());
        check(message === undefined || error.message.includes(message), error.toString());
        return error;
    }
    throw new Error(`${httpStatus} was expected of ${call}`);
}

function pem(key, type = "spki") {
    return key.export({ type, format: "pem" });
}

function signerOf(token, privateKey) {
    return new AsymmetricKeySigner({ credId: token.credId, privateKey: pem(privateKey, "pkcs8") });
}

function claims(jwt) {
    const parts = jwt.split(".");
    check(parts.length === 3, "a bearer has three parts");
    check(JSON.parse(Buffer.from(parts[0], "base64url")).alg === "EdDSA", "a bearer is signed with EdDSA");
    return JSON.parse(Buffer.from(parts[1], "base64url"));
}

// What clients check themselves with: the set of keys that is published.
async function verified(jwt) {
    const { keys } = await (await fetch(new URL("/.well-known/jwks.json", baseUrl))).json();
    const [head, body, signature] = jwt.split(".");
    const { kid } = JSON.parse(Buffer.from(head, "base64url"));
    const key = crypto.createPublicKey({ key: keys.find((key) => key.kid === kid), format: "jwk" });
    return crypto.verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url"));
}

async function life(kind, publicKeyType, tag) {
    const { publicKey, privateKey } = KEYS[kind]();
    const name = `walk ${tag} ${crypto.randomUUID()}`;
    const body = { name, publicKey: pem(publicKey, publicKeyType), secondsValid: 3600, daysValid: 700 };
    const made = await me.auth.createPersonalAccessToken({ body });
    check(/^to-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$/.test(made.tokenId), made);
    check(made.kind === "Pat" && made.isActive && made.name === name && made.orgId === orgId, made);
    check(/^us-/.test(made.linkedUserId) && /^ap-/.test(made.linkedAppId), made);
    check(Array.isArray(made.permissionAssignments), made);
    check(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(made.dateCreated), made);
    const said = claims(made.accessToken);
    check(said["https://custom/app_metadata"].orgId === orgId, said);
    check(said["https://custom/app_metadata"].userId === made.linkedUserId, said);
    check(Math.abs(said.exp - Date.now() / 1000 - 3600) < 60, "the seconds count, not the days");
    check(await verified(made.accessToken), "a bearer can be verified with the published keys");

    const { tokenId } = made;
    const listed = (await me.auth.listPersonalAccessTokens()).items.filter((token) => token.tokenId === tokenId);
    check(listed.length === 1 && listed[0].accessToken === undefined, listed);
    const { accessToken, ...shown } = made;
    check((await me.auth.getPersonalAccessToken({ tokenId })).credId === shown.credId, shown);

    const renamed = `Schlüssel ${tag} 鍵 🔑 "\\ ${crypto.randomUUID()}`;
    check((await me.auth.updatePersonalAccessToken({ tokenId, body: { name: renamed } })).name === renamed);
    check((await me.auth.getPersonalAccessToken({ tokenId })).name === renamed);

    const pat = client(accessToken, signerOf(made, privateKey));
    check((await pat.auth.listPersonalAccessTokens()).items.some((token) => token.tokenId === tokenId));
    for (let twice = 0; twice < 2; twice++) {
        check(!(await me.auth.deactivatePersonalAccessToken({ tokenId })).isActive);
    }
    await refused(401, () => pat.auth.listPersonalAccessTokens());
    for (let twice = 0; twice < 2; twice++) {
        check((await me.auth.activatePersonalAccessToken({ tokenId })).isActive);
    }
    check((await pat.auth.updatePersonalAccessToken({ tokenId, body: { name } })).name === name);
    await refused(403, () => pat.auth.createPersonalAccessToken({ body: { ...body, name: `${name} 2` } }));

    // Its bearer alone changes nothing, and neither does another's key.
    await refused(-1, () => client(accessToken).auth.archivePersonalAccessToken({ tokenId }));
    await refused(-1, () => client(accessToken, owner).auth.archivePersonalAccessToken({ tokenId }), "does not match");
    const forged = client(accessToken, signerOf(made, KEYS[kind]().privateKey));
    await refused(401, () => forged.auth.archivePersonalAccessToken({ tokenId }));
    check((await pat.auth.getPersonalAccessToken({ tokenId })).isActive);

    const gone = await (tag.endsWith("itself") ? pat : me).auth.archivePersonalAccessToken({ tokenId });
    check(gone.tokenId === tokenId && gone.isActive === false, gone);
    await refused(401, () => pat.auth.listPersonalAccessTokens());
    await refused(404, () => me.auth.getPersonalAccessToken({ tokenId }));
    await refused(404, () => me.auth.archivePersonalAccessToken({ tokenId }));
    await refused(404, () => me.auth.activatePersonalAccessToken({ tokenId }));
    check(!(await me.auth.listPersonalAccessTokens()).items.some((token) => token.tokenId === tokenId));
}

async function errors() {
    const create = (body) => me.auth.createPersonalAccessToken({ body });
    const publicKey = pem(KEYS.Ed25519().publicKey);
    const name = `errors ${crypto.randomUUID()}`;
    for (const body of [
        {}, { name }, { publicKey }, { name: "", publicKey }, { name, publicKey: "key" },
        { name, publicKey, daysValid: 731 }, { name, publicKey, daysValid: 0 }, { name, publicKey, secondsValid: 1.5 },
        { name, publicKey, permissionId: "pm-1" }, { name, publicKey, public_key: publicKey },
    ]) {
        await refused(400, () => create(body));
    }
    const { privateKey } = KEYS.Ed25519();
    const leaked = await refused(400, () => create({ name, publicKey: pem(privateKey, "pkcs8") }));
    check(!JSON.stringify(leaked.context.body).includes(pem(privateKey, "pkcs8").split("\n")[1]), "nothing is repeated");
    const made = await create({ name, publicKey: publicKey.trim().replaceAll("\n", "\\n") });
    await refused(409, () => create({ name, publicKey }));
    await refused(404, () => me.auth.getPersonalAccessToken({ tokenId: "to-00000-00000-0000000000000000" }));
    await refused(401, () => client(`${made.accessToken}x`).auth.listPersonalAccessTokens());
    await refused(401, () => client(undefined).auth.listPersonalAccessTokens());
    await me.auth.archivePersonalAccessToken({ tokenId: made.tokenId });
}

async function logins() {
    const authenticator = (signer) => new DfnsAuthenticator({ baseUrl, orgId, signer });
    const who = { orgId, username: demo.username };
    const { token } = await authenticator(owner).login(who);
    check(claims(token)["https://custom/username"] === demo.username, claims(token));
    const session = client(token, owner);
    const { publicKey } = KEYS["P-256"]();
    const made = await session.auth.createPersonalAccessToken({ body: { name: crypto.randomUUID(), publicKey: pem(publicKey) } });
    check((await session.auth.archivePersonalAccessToken({ tokenId: made.tokenId })).isActive === false);
    check(typeof (await BaseAuthApi.userLogout({ baseUrl, authToken: token })).message === "string");
    await refused(401, () => session.auth.listPersonalAccessTokens());

    const thief = new AsymmetricKeySigner({ credId: demo.cred_id, privateKey: pem(KEYS.Ed25519().privateKey, "pkcs8") });
    await refused(401, () => authenticator(thief).login(who));
    // An unknown user is offered credentials too, so that nobody learns who exists; this signer's is not among them.
    await refused(-1, () => authenticator(owner).login({ orgId, username: "nobody@example.com" }));
}

async function delegated() {
    const { publicKey } = KEYS.Ed25519();
    const body = { name: `delegated ${crypto.randomUUID()}`, publicKey: pem(publicKey) };
    const api = new DfnsDelegatedApiClient({ baseUrl, orgId, authToken: demo.auth_token });
    const signed = async (challenge) => ({
        challengeIdentifier: challenge.challengeIdentifier,
        firstFactor: await owner.sign(challenge),
    });
    const made = await api.auth.createPersonalAccessTokenComplete(
        { body }, await signed(await api.auth.createPersonalAccessTokenInit({ body })),
    );
    const { tokenId } = made;
    const answer = await signed(await api.auth.archivePersonalAccessTokenInit({ tokenId }));
    // What was signed for another request does nothing, and is spent.
    await refused(403, () => api.auth.activatePersonalAccessTokenComplete({ tokenId }, answer));
    await refused(400, () => api.auth.archivePersonalAccessTokenComplete({ tokenId }, answer));
    const again = await signed(await api.auth.archivePersonalAccessTokenInit({ tokenId }));
    check((await api.auth.archivePersonalAccessTokenComplete({ tokenId }, again)).isActive === false);
}

async function permissions() {
    const { permissions } = me;
    const name = `walk ${crypto.randomUUID()}`;
    const made = await permissions.createPermission({ body: { name, operations: ["Auth:Pats:Create", "Permissions:Read"] } });
    const permissionId = made.id;
    check(/^pm-/.test(permissionId) && made.status === "Active" && !made.isArchived && !made.isImmutable, made);
    check((await permissions.getPermission({ permissionId })).operations.length === 2);
    const listed = await permissions.listPermissions({ query: { limit: 50 } });
    check(listed.items.some((permission) => permission.id === permissionId), listed);
    await refused(409, () => permissions.createPermission({ body: { name, operations: ["Permissions:Read"] } }));

    // A token with the permission has its operations, and loses them with it.
    const { publicKey, privateKey } = KEYS.Ed25519();
    const body = { name, publicKey: pem(publicKey), permissionId };
    const token = await me.auth.createPersonalAccessToken({ body });
    check(token.permissionAssignments.some((assigned) => assigned.permissionId === permissionId), token);
    const pat = client(token.accessToken, signerOf(token, privateKey));
    check((await pat.permissions.getPermission({ permissionId })).id === permissionId);
    await refused(403, () => pat.permissions.createPermission({ body: { name: `${name} 2`, operations: ["Permissions:Read"] } }),
        "is not authorized to perform operation (Permissions:Create)");
    const [given] = (await permissions.listAssignments({ permissionId })).items;
    check(given.identityId === token.tokenId && given.permissionId === permissionId, given);
    const renamed = await permissions.updatePermission({ permissionId, body: { operations: ["Auth:Pats:Create"] } });
    check(renamed.operations.length === 1, renamed);
    await refused(403, () => pat.permissions.getPermission({ permissionId }));
    await permissions.deleteAssignment({ permissionId, assignmentId: given.id, query: { force: true } });
    check((await permissions.listAssignments({ permissionId })).items.length === 0);
    const again = await permissions.createAssignment({ permissionId, body: { identityId: token.tokenId } });
    check(/^as-/.test(again.id), again);
    check((await permissions.archivePermission({ permissionId, body: { isArchived: true } })).isArchived);
    await me.auth.archivePersonalAccessToken({ tokenId: token.tokenId });
    await refused(404, () => permissions.getPermission({ permissionId: "pm-00000-00000-0000000000000000" }));
}

// What proves that somebody holds a new key, as the contract describes it; the key signer has no part for it.
function registration(challenge, credId, { publicKey, privateKey }) {
    const sign = (text) => crypto.sign(undefined, Buffer.from(text), privateKey);
    const clientData = JSON.stringify({ type: "key.create", challenge: challenge.challenge });
    const clientDataHash = crypto.createHash("sha256").update(clientData).digest("hex");
    const signature = sign(JSON.stringify({ clientDataHash, publicKey: pem(publicKey) })).toString("hex");
    const attestation = JSON.stringify({ publicKey: pem(publicKey), signature, algorithm: "" });
    return {
        credentialKind: "Key",
        credentialName: credId,
        credentialInfo: {
            credId,
            clientData: Buffer.from(clientData).toString("base64url"),
            attestationData: Buffer.from(attestation).toString("base64url"),
        },
    };
}

function newCredId(padding = "") {
    return crypto.randomBytes(32).toString("base64url") + padding;
}

async function credentials() {
    const who = { orgId, username: demo.username };
    for (const kind of Object.keys(KEYS)) {
        const pair = KEYS[kind]();
        // The official Python example keeps the padding of its identifiers.
        const credId = newCredId("=");
        const challenge = await me.auth.createCredentialChallenge({ body: { kind: "Key" } });
        const { challengeIdentifier } = challenge;
        const body = { challengeIdentifier, ...registration(challenge, credId, pair) };
        const made = await me.auth.createCredential({ body });
        check(made.kind === "Key" && made.credentialId === credId && made.isActive, made);
        await refused(400, () => me.auth.createCredential({ body }));
        const credentialUuid = made.credentialUuid;
        const signer = signerOf({ credId }, pair.privateKey);
        const authenticator = new DfnsAuthenticator({ baseUrl, orgId, signer });
        const { token } = await authenticator.login(who);
        check((await me.auth.listCredentials()).items.some((one) => one.credentialUuid === credentialUuid));
        await me.auth.deactivateCredential({ body: { credentialUuid } });
        await refused(-1, () => authenticator.login(who), "does not match");
        await refused(-1, () => client(demo.auth_token, signer).auth.activateCredential({ body: { credentialUuid } }));
        await me.auth.activateCredential({ body: { credentialUuid } });
        await authenticator.login(who);
        await client(token, signer).auth.deactivateCredential({ body: { credentialUuid } });
    }
}

async function people() {
    const email = `${crypto.randomUUID()}@walk.example`;
    const invited = await me.auth.createUser({ body: { email, kind: "CustomerEmployee" } });
    check(invited.username === email && invited.isRegistered === false && invited.isServiceAccount === false, invited);
    const pair = KEYS["P-256"]();
    const signer = signerOf({ credId: newCredId() }, pair.privateKey);
    signer.create = async (challenge) => registration(challenge, signer.options.credId, pair);
    const authenticator = new DfnsAuthenticator({ baseUrl, orgId, signer });
    const code = { orgId, username: email, registrationCode: invited.registrationCode };
    const registered = await authenticator.register(code);
    check(registered.user.username === email && registered.credential.kind === "Key", registered);
    await refused(401, () => authenticator.register(code));
    const { userId } = invited;
    check((await me.auth.getUser({ userId })).isRegistered);

    // An employee may create tokens as soon as a permission says so, and nobody sees another's list.
    const { token } = await authenticator.login({ orgId, username: email });
    const employee = client(token, signer);
    const body = { name: "first", publicKey: pem(KEYS.Ed25519().publicKey) };
    await refused(403, () => employee.auth.createPersonalAccessToken({ body }),
        `CustomerEmployee ${userId} is not authorized to perform operation (Auth:Pats:Create)`);
    const operations = ["Auth:Pats:Create"];
    const permission = await me.permissions.createPermission({ body: { name: `people ${crypto.randomUUID()}`, operations } });
    await me.permissions.createAssignment({ permissionId: permission.id, body: { identityId: userId } });
    const made = await employee.auth.createPersonalAccessToken({ body });
    check((await employee.auth.listPersonalAccessTokens()).items.length === 1);
    check(!(await me.auth.listPersonalAccessTokens()).items.some((one) => one.tokenId === made.tokenId));
    check((await employee.auth.archivePersonalAccessToken({ tokenId: made.tokenId })).isActive === false);
    const kept = await employee.auth.createPersonalAccessToken({ body: { ...body, name: "second" } });

    check((await me.auth.deactivateUser({ userId })).isActive === false);
    await refused(401, () => client(kept.accessToken).auth.listPersonalAccessTokens());
    await refused(401, () => employee.auth.listPersonalAccessTokens());
    check((await me.auth.activateUser({ userId })).isActive);
    const page = await me.auth.listUsers({ query: { limit: 1 } });
    check(page.items.length === 1 && typeof page.nextPageToken === "string", page);
    const next = await me.auth.listUsers({ query: { limit: 1, paginationToken: page.nextPageToken } });
    check(next.items.length === 1 && next.items[0].userId !== page.items[0].userId, next);
    await me.auth.archiveUser({ userId });
    await refused(401, () => client(kept.accessToken).auth.listPersonalAccessTokens());
}

async function serviceAccounts() {
    const { publicKey, privateKey } = KEYS.secp256k1();
    const name = `Robot ${crypto.randomUUID()}`;
    const made = await me.auth.createServiceAccount({ body: { name, publicKey: pem(publicKey), daysValid: 1 } });
    const { userId: serviceAccountId } = made.userInfo;
    const [token] = made.accessTokens;
    check(made.userInfo.isServiceAccount && made.userInfo.name === name && token.kind === "ServiceAccount", made);
    check(claims(token.accessToken)["https://custom/app_metadata"].userId === serviceAccountId);
    const robot = client(token.accessToken, signerOf(token, privateKey));
    check((await robot.auth.listPersonalAccessTokens()).items.some((one) => one.tokenId === token.tokenId));
    await refused(403, () => robot.auth.createPersonalAccessToken({ body: { name, publicKey: pem(publicKey) } }));
    check((await me.auth.listServiceAccounts()).items.some((one) => one.userInfo.userId === serviceAccountId));
    check((await me.auth.getServiceAccount({ serviceAccountId })).accessTokens.length === 1);
    const renamed = await me.auth.updateServiceAccount({ serviceAccountId, body: { name: `${name} é` } });
    check(renamed.userInfo.name === `${name} é`, renamed);
    check(!(await me.auth.deactivateServiceAccount({ serviceAccountId, body: {} })).userInfo.isActive);
    await refused(401, () => robot.auth.listPersonalAccessTokens());
    check((await me.auth.activateServiceAccount({ serviceAccountId })).userInfo.isActive);
    const { tokenId } = token;
    check((await robot.auth.archivePersonalAccessToken({ tokenId })).isActive === false);
    await refused(401, () => robot.auth.listPersonalAccessTokens());
    check(!(await me.auth.archiveServiceAccount({ serviceAccountId, query: {} })).userInfo.isActive);
}

// A service account of a company registers the company's customers and logs them in, who have tokens as well.
async function customers() {
    const operations = ["Auth:Register:Delegated", "Auth:Login:Delegated"];
    const name = `Shop ${crypto.randomUUID()}`;
    const permission = await me.permissions.createPermission({ body: { name, operations } });
    const pair = KEYS.Ed25519();
    const made = await me.auth.createServiceAccount({
        body: { name, publicKey: pem(pair.publicKey), permissionId: permission.id },
    });
    const [token] = made.accessTokens;
    const shop = client(token.accessToken, signerOf(token, pair.privateKey));
    const email = `${crypto.randomUUID()}@customers.example`;
    const challenge = await shop.auth.createDelegatedRegistrationChallenge({ body: { email, kind: "EndUser" } });
    const own = KEYS.secp256k1();
    const credId = newCredId();
    const registered = await BaseAuthApi.createUserRegistration(
        { firstFactorCredential: registration(challenge, credId, own) },
        { baseUrl, orgId, authToken: challenge.temporaryAuthenticationToken },
    );
    check(registered.user.username === email, registered);
    const shown = await me.auth.getUser({ userId: registered.user.id });
    check(shown.kind === "EndUser" && shown.isRegistered, shown);
    const login = await shop.auth.delegatedLogin({ body: { username: email } });
    const customer = client(login.token, signerOf({ credId }, own.privateKey));
    const publicKey = pem(KEYS["P-256"]().publicKey);
    const allowed = await me.permissions.createPermission({
        body: { name: `Customers of ${name}`, operations: ["Auth:Pats:Create"] },
    });
    await me.permissions.createAssignment({ permissionId: allowed.id, body: { identityId: registered.user.id } });
    const { tokenId } = await customer.auth.createPersonalAccessToken({ body: { name: "mine", publicKey } });
    await refused(404, () => shop.auth.getPersonalAccessToken({ tokenId }));
    check((await customer.auth.archivePersonalAccessToken({ tokenId })).isActive === false);
    await refused(404, () => customer.auth.getPersonalAccessToken({ tokenId }));
}

async function main() {
    for (const kind of Object.keys(KEYS)) {
        await life(kind, "spki", `${kind} by its owner`);
        await life(kind, "spki", `${kind} by itself`);
    }
    await life("RSA", "pkcs1", "RSA in its older form");
    await errors();
    await logins();
    await delegated();
    await permissions();
    await credentials();
    await people();
    await serviceAccounts();
    await customers();
    console.log(`${versions.join(" with ")}: ${checks} checks`);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
