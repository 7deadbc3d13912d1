//! What the way in and out says.

use super::texts;

texts! {
    /// What the way in and out says.
    Entrance {
        sign_in_title = "Sign in to Jeton",
        email = "Email address",
        password = "Password",
        sign_in = "Sign in",
        or = "or",
        sign_in_with_passkey = "Sign in with a passkey",
        sign_in_failed = "Email address and password do not belong together, or the account cannot sign in.",
        passkey_sign_in_failed = "This passkey does not open an account here.",
        forgotten = "Forgotten your password? Ask an administrator for a new link.",
        going_on = "Going on …",
        go_on = "Go on",
        sign_out_title = "Sign out",
        sign_out_question = "You will have to sign in again to come back.",
        sign_out_everywhere = "Sign out everywhere",
        sign_out_everywhere_hint = "Ends all your sessions, on every device, this one too.",
        signed_out = "You are signed out.",
        set_password_title = "Choose a password",
        set_password_text = "With it and your email address you sign in. This link works once.",
        set_up_title = "Set up Jeton",
        set_up_text = "You become the first application administrator. This link works once.",
        recover_title = "Recover the administration",
        recover_text = "You become an application administrator. This link works once.",
        name = "Your name",
        organisation = "Organisation",
        organisation_hint = "The first organisation of this server, yours.",
        new_password = "New password",
        password_hint = "At least {count} characters, and not easily guessed. A few unrelated words are good.",
        set_password = "Set the password",
        set_up = "Set up",
        recover = "Become an administrator",
        only_from_host = "This link makes an administrator, so it works only in a browser on the host that the server runs on.",
        password_set = "The password is set. Sign in with it.",
        set_up_done = "Jeton is set up. Sign in with your new password.",
    }
}
