//! What fields are called where a rule that they break is said: a rule such as "must not be empty" follows.

use super::texts;

texts! {
    /// What fields are called where a rule that they break is said.
    FieldNames {
        name = "Name",
        email = "Email address",
        role = "Role",
        scopes = "Scopes",
        scope = "Scopes",
        more = "This field",
        organisation = "Organisation",
        signed_actions = "Signed changes",
        own = "This box",
        description = "Description",
        labels = "Labels",
        label = "Label",
        networks = "Networks",
        owner = "Owner",
        author = "Created by",
        expiry = "Expiry",
        date = "The day",
        overlap = "The end of the older secret",
        reason = "Reason",
        count = "The number",
        password = "Password",
        current_password = "This",
        new_password = "New password",
        search = "The search",
        state = "Status",
        actor = "Who did it",
        token = "API token",
        kind = "What happened",
        from = "The first day",
        to = "The last day",
        created_after = "The day of “Created from”",
        created_before = "The day of “Created before”",
        expires_after = "The day of “Expires from”",
        expires_before = "The day of “Expires before”",
        last_used_after = "The day of “Used since”",
        last_used_before = "The day of “Not used since”",
        unknown = "The parameter “{field}”",
    }
}
