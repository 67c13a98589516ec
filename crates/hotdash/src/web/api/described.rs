//! What the description of every table says alike: its three forms, and how it refuses.

use super::answer::Refusal;
use super::rows::Row;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use utoipa::openapi::response::{Response, ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Schema};
use utoipa::{IntoResponses, ToSchema};

/// Rows, in each of the forms that a table has.
pub(super) struct Rows<T>(PhantomData<T>);

impl<T: Row> IntoResponses for Rows<T> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let row = Ref::from_schema_name(T::name());
        let json = ObjectBuilder::new()
            .description(Some("Beside the rows: the period, and what else they are of"))
            .property(T::ALL, ArrayBuilder::new().items(row))
            .required(T::ALL);
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let content = |schema: Schema| ContentBuilder::new().schema(Some(schema)).build();
        let answer = ResponseBuilder::new()
            .description("The rows: as JSON with what they are of, as CSV, or as JSON lines")
            .content("application/json", content(json.into()))
            .content("text/csv", content(text().into()))
            .content("application/jsonl", content(text().into()));
        ResponsesBuilder::new().response("200", answer).build().into()
    }
}

/// Refusals of every address that tells figures.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let all = [
            ("400", "A parameter is wrong"),
            ("401", "Nobody is signed in"),
            ("403", "Figures of single agents are for leads"),
            ("503", "The figures are still being read; try again in a moment"),
        ];
        let refusal = |said: &str| {
            let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(Refusal::name()))).build();
            ResponseBuilder::new().description(said).content("application/json", body)
        };
        all.into_iter()
            .fold(ResponsesBuilder::new(), |built, (status, said)| built.response(status, refusal(said)))
            .build()
            .into()
    }
}
