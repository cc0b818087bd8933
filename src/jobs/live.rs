//! Live progress in the browser: a subscription to the events of one job. Nothing of it runs on the server.

use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::MessageEvent;
use leptos::web_sys::js_sys::{Array, Function, Reflect};

use super::model::JobView;
use crate::shared::id::JobId;

/// An open stream of events; dropping it closes the stream.
pub struct JobEvents {
    source: JsValue,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl JobEvents {
    /// Calls `on_change` with the job now and after every change, until it has ended. Only for effects:
    /// it needs a browser. `None` when the browser knows no `EventSource`.
    pub fn open(id: JobId, on_change: impl Fn(JobView) + 'static) -> Option<Self> {
        let global = leptos::web_sys::js_sys::global();
        let constructor: Function = Reflect::get(&global, &JsValue::from_str("EventSource")).ok()?.dyn_into().ok()?;
        let arguments = Array::new();
        arguments.push(&JsValue::from_str(&format!("/api/v1/jobs/{id}/events")));
        let source = Reflect::construct(&constructor, &arguments).ok()?;
        let ended = source.clone();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            let Ok(job) = serde_json::from_str::<JobView>(&text) else { return };
            if job.state.is_over() {
                // Or the browser would connect again as soon as the server has said its last word.
                close(&ended);
            }
            on_change(job);
        });
        Reflect::set(&source, &JsValue::from_str("onmessage"), listener.as_ref()).ok()?;
        Some(Self { source, _listener: listener })
    }
}

impl Drop for JobEvents {
    fn drop(&mut self) {
        close(&self.source);
    }
}

fn close(source: &JsValue) {
    let method =
        Reflect::get(source, &JsValue::from_str("close")).ok().and_then(|method| method.dyn_into::<Function>().ok());
    if let Some(method) = method {
        let _ = Reflect::apply(&method, source, &Array::new());
    }
}
