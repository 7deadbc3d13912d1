// Passkeys: sign-in, registration, and the signature of a form.

/** What the server said against something, to be shown as it is. */
class Refused extends Error {}

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const toHex = (bytes) => [...new Uint8Array(bytes)].map((byte) => pad(byte.toString(16))).join("");
const ofUuid = (uuid) => Uint8Array.from(uuid.replaceAll("-", "").match(/../g), (pair) => Number.parseInt(pair, 16));

/** Sends JSON to the server and reads its answer; what it refuses is thrown with its own words. */
async function call(path, value) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-jeton-request": "1" },
    body: value === undefined ? undefined : JSON.stringify(value),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const rules = (answer.fields ?? []).map(({ field, rule }) => `${field}: ${rule}`);
  throw answer.title ? new Refused([answer.detail ?? answer.title, ...rules].join(" · ")) : new Error(response.status);
}

/** Asks the authenticator to sign a challenge with one of these passkeys, or with any of this site. */
async function answerTo(challenge, credentials = []) {
  const { id: _, rawId, response } = await navigator.credentials.get({
    publicKey: {
      challenge: toBytes(challenge.challenge),
      rpId: challenge.relying_party_id,
      allowCredentials: credentials.map((credential) => ({ type: "public-key", id: toBytes(credential) })),
      userVerification: "required",
    },
  });
  return {
    kind: "passkey",
    credential: toText(rawId),
    client_data: toText(response.clientDataJSON),
    authenticator_data: toText(response.authenticatorData),
    signature: toText(response.signature),
    ...(response.userHandle?.byteLength ? { user_handle: toText(response.userHandle) } : {}),
  };
}

/** Has exactly this form signed: the header that goes with it. */
async function sign(url, body) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const challenge = await call("/v1/actions/challenges", {
    method: "POST",
    path: url.pathname + url.search,
    body_sha256: toHex(digest),
  });
  const passkeys = challenge.signers.filter((signer) => signer.kind === "passkey").map((signer) => signer.credential);
  // No list would ask the authenticator for any passkey, and none of them may sign this.
  if (passkeys.length === 0) throw new Refused(document.body.dataset.textNoPasskey);
  const answer = await answerTo(challenge, passkeys);
  const { action } = await call("/v1/actions", { challenge_identifier: challenge.challenge_identifier, answer });
  return { "x-jeton-action": action };
}

/** Runs what a form of passkeys does, with its buttons off, and says where it fails. */
async function ceremony(form, steps) {
  setUnderWay(form, true);
  hideFailure(form);
  try {
    await steps();
  } catch (failure) {
    showFailure(form, failure);
    setUnderWay(form, false);
  }
}

function signInWithPasskey(form) {
  return ceremony(form, async () => {
    const challenge = await call("/v1/sessions/challenges");
    const answer = await answerTo(challenge);
    await call("/v1/sessions/passkeys", { challenge_identifier: challenge.challenge_identifier, answer });
    // The server has checked where this leads: to a page of the console.
    leaveFor(form.elements.return.value);
  });
}

function registerPasskey(form) {
  return ceremony(form, async () => {
    const challenge = await call("/v1/signers/challenges");
    const { ownerId, ownerName, ownerEmail } = form.dataset;
    const { rawId, response } = await navigator.credentials.create({
      publicKey: {
        challenge: toBytes(challenge.challenge),
        rp: { id: challenge.relying_party_id, name: document.querySelector(".brand")?.textContent.trim() || "Jeton" },
        user: { id: ofUuid(ownerId), name: ownerEmail || ownerName, displayName: ownerName },
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: challenge.signers
          .filter((signer) => signer.kind === "passkey")
          .map((signer) => ({ type: "public-key", id: toBytes(signer.credential) })),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
      },
    });
    const password = form.elements.password?.value;
    await call("/v1/signers", {
      challenge_identifier: challenge.challenge_identifier,
      name: form.elements.name.value,
      registration: {
        kind: "passkey",
        credential: toText(rawId),
        client_data: toText(response.clientDataJSON),
        attestation: toText(response.attestationObject),
      },
      ...(password ? { current_password: password } : {}),
    });
    leaveFor(location.pathname);
  });
}
