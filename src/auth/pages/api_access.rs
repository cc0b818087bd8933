//! `/account/api`: which programs act for one, how to end that, and how to get tokens for a script.

use leptos::prelude::*;

use super::AccountNav;
use crate::app::use_session;
use crate::auth::tokens::{ACCESS_TOKEN_MINUTES, EndToken, TokenFamily, list_tokens};
use crate::ui::{
    BaseUrl, Card, CopyButton, DataTable, Done, EmptyState, ErrorSummary, Hidden, IconName, Page, ProblemPage,
    Skeleton, When, format, problem_of,
};

const DONE: &[(&str, &str)] = &[("ended", "Access ended: none of its tokens works any more.")];

/// More scope values than this stand behind a disclosure.
const FEW_SCOPES: usize = 4;

/// The page of what one has granted.
#[component]
pub fn ApiAccessPage() -> impl IntoView {
    let end = ServerAction::<EndToken>::new();
    let tokens = Resource::new(move || end.version().get(), |_| list_tokens());
    view! {
        <Page title="API access" intro="Programs that act for you, with tokens instead of your password.">
            <AccountNav current="api"/>
            <Done words=DONE/>
            <ErrorSummary problem=problem_of(end)/>
            <Transition fallback=|| view! { <Skeleton lines=6/> }>
                {move || Suspend::new(async move {
                    match tokens.await {
                        Ok(tokens) => list(tokens, end),
                        Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                    }
                })}
            </Transition>
            <ScriptCard/>
        </Page>
    }
    .into_any()
}

/// How a script signs in.
#[component]
fn ScriptCard() -> impl IntoView {
    let base = use_context::<BaseUrl>().map(|base| base.0).unwrap_or_default();
    let (get, uses) = commands(&base, &use_session().username);
    view! {
        <Card title="Tokens for your own scripts">
            <p>
                "Whatever the pages can do, a program can do through the "
                <a href="/api/docs/" rel="external">"REST interface"</a>
                " – as far as your role allows. A script gets a pair of tokens with your user name and password:"
            </p>
            <Snippet text=get label="Copy the command that gets tokens"/>
            <p>
                "With a second factor, add " <code>"\"code\":\"123456\""</code>
                ". The access token is good for " {ACCESS_TOKEN_MINUTES}
                " minutes and goes into the head of every request:"
            </p>
            <Snippet text=uses label="Copy the command that uses a token"/>
            <p>
                "The refresh token gets the next pair from " <code>"/api/v1/auth/refresh"</code>
                " and works once. For programs of others, or that run without you, use an API client instead. A "
                "password in a command may stay in the history of the shell."
            </p>
        </Card>
    }
}

/// A command to copy.
#[component]
fn Snippet(text: String, label: &'static str) -> impl IntoView {
    view! {
        <div class="snippet">
            <pre><code>{text.clone()}</code></pre>
            <CopyButton text label/>
        </div>
    }
}

/// The commands that get a pair of tokens and use it.
fn commands(base: &str, username: &str) -> (String, String) {
    let get = format!(
        "curl -X POST {base}/api/v1/auth/token \\\n  -H 'content-type: application/json' \\\n  \
         -d '{{\"username\":\"{username}\",\"password\":\"…\"}}'"
    );
    let uses = format!("curl {base}/api/v1/auth/me \\\n  -H 'authorization: Bearer …'");
    (get, uses)
}

fn list(tokens: Vec<TokenFamily>, action: ServerAction<EndToken>) -> AnyView {
    if tokens.is_empty() {
        let text = "API clients that you allow to act for you, and token pairs of your own scripts, are listed here.";
        return view! { <EmptyState icon=IconName::Key title="No program has access" text=text/> }.into_any();
    }
    let rows = tokens.into_iter().map(|family| row(family, action)).collect_view();
    let head = || {
        view! {
            <th scope="col">"Program"</th>
            <th scope="col">"May use"</th>
            <th scope="col">"From"</th>
            <th scope="col">"Created"</th>
            <th scope="col">"Last used"</th>
            <th scope="col">"Ends"</th>
            <th scope="col"><span class="visually-hidden">"Actions"</span></th>
        }
    };
    view! {
        <DataTable caption="Programs that act for you" head=head>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn row(family: TokenFamily, action: ServerAction<EndToken>) -> AnyView {
    let name = family.client.unwrap_or_else(|| "Own token pair".to_owned());
    let which = format!(" the access of {name}");
    let id = family.id.to_string();
    view! {
        <tr>
            <td data-label="Program">{name}</td>
            <td data-label="May use">{scope_view(&family.scope)}</td>
            <td data-label="From">
                <div class="entry">
                    <span>{family.device}</span>
                    <span class="muted">{family.address}</span>
                </div>
            </td>
            <td data-label="Created" class="nowrap"><When at=family.created_at/></td>
            <td data-label="Last used" class="nowrap"><When at=family.last_used_at/></td>
            <td data-label="Ends" class="nowrap"><When at=family.expires_at/></td>
            <td>
                <ActionForm action=action>
                    <Hidden name="id" value=id/>
                    <button class="button button-small" type="submit">
                        <span>"End"<span class="visually-hidden">{which}</span></span>
                    </button>
                </ActionForm>
            </td>
        </tr>
    }
    .into_any()
}

/// The values of a scope; many of them only on demand.
fn scope_view(scope: &str) -> AnyView {
    let values: Vec<String> = scope.split_ascii_whitespace().map(str::to_owned).collect();
    let count = values.len();
    let items = values.into_iter().map(|value| view! { <li><code>{value}</code></li> }).collect_view();
    let list = view! { <ul class="cluster">{items}</ul> };
    if count <= FEW_SCOPES {
        return list.into_any();
    }
    let summary = format::plural(i64::try_from(count).unwrap_or_default(), "permission", "permissions");
    view! {
        <details class="disclosure">
            <summary>{summary}</summary>
            {list}
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_name_the_server_and_the_person() {
        let (get, uses) = commands("https://isp.example", "ada");
        assert!(get.contains("https://isp.example/api/v1/auth/token \\\n  -H"), "{get}");
        assert!(get.ends_with("  -d '{\"username\":\"ada\",\"password\":\"…\"}'"), "{get}");
        assert!(uses.starts_with("curl https://isp.example/api/v1/auth/me "), "{uses}");
    }
}
