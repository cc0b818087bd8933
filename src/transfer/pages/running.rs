//! An import that runs: progress, live where there is WASM, and the button that ends it.

use leptos::prelude::*;

use crate::jobs::JobEvents;
use crate::shared::id::JobId;
use crate::transfer::{CancelImport, ImportDetails};
use crate::ui::{Banner, Card, ErrorSummary, FormActions, Hidden, Progress, SubmitButton, Tone};

/// The fourth step, while it lasts.
#[component]
pub(super) fn RunningStep(
    import: ImportDetails,
    cancel: ServerAction<CancelImport>,
    /// Called when the job has ended.
    refetch: Callback<()>,
) -> impl IntoView {
    let problem = Signal::derive(move || cancel.value().get().and_then(Result::err));
    let (id, job) = (import.summary.id, import.job);
    let asked = job.as_ref().is_some_and(|job| job.cancel_requested);
    let stop = move || {
        if asked {
            return view! { <Banner tone=Tone::Warn title="It ends after the rows in hand"/> }.into_any();
        }
        view! { <SubmitButton label="Cancel the rest" secondary=true busy=cancel.pending()/> }.into_any()
    };
    view! {
        <Card title="Customers are being imported">
            {job.map(|job| view! { <Follow id=job.id done=job.done total=job.total refetch/> })}
            <p class="muted">"You may leave this page: it goes on without you."</p>
            <ActionForm action=cancel>
                <ErrorSummary problem/>
                <Hidden name="id" value=id.to_string()/>
                <FormActions>{stop()}</FormActions>
            </ActionForm>
        </Card>
        // Its content is text where scripts run; without them the page asks for itself again.
        <noscript inner_html="<meta http-equiv=\"refresh\" content=\"2\">"></noscript>
    }
}

/// The progress of a job, kept up to date by its events.
#[component]
fn Follow(id: JobId, done: i64, total: i64, refetch: Callback<()>) -> impl IntoView {
    let (done, total) = (RwSignal::new(done), RwSignal::new(total));
    Effect::new(move |_| {
        let events = JobEvents::open(id, move |job| {
            done.set(job.done);
            total.set(job.total);
            if job.state.is_over() {
                refetch.run(());
            }
        });
        // Kept as long as this effect; then the stream is closed.
        let _kept = StoredValue::new_local(events);
    });
    view! { <Progress done total label="Rows"/> }
}
