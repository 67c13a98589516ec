//! Whether the people of the team's own file are people of the desk.

use super::finding::{Check, Finding};
use super::patient::Patient;
use crate::app::staff;

pub(super) async fn examine(patient: &Patient<'_>) -> Check {
    let variable = patient.variable("HOTDASH_AGENTS_FILE");
    let Some((file, _)) = &patient.settings.agents else {
        return Check::well(
            "agents",
            format!("none are named ({variable}): whoever is online takes what comes"),
        );
    };
    let staff = match staff(patient.settings) {
        Ok(staff) => staff,
        Err(error) => {
            let mend = format!("correct {file}; hotdash does not start with it");
            return Finding::AgentsFileWrong.wrong(error.to_string(), mend);
        }
    };
    let agents = match patient.chatwoot.agents().await {
        Ok(agents) => agents,
        Err(error) => {
            let mend = "run `hotdash doctor` again when the desk answers";
            return Finding::AgentsUnreadable.warning(error.to_string(), mend);
        }
    };
    let strangers = staff.strangers(&agents);
    if strangers.is_empty() {
        return Check::well("agents", format!("the desk knows everybody in {variable}"));
    }
    let named: Vec<String> = strangers
        .iter()
        .map(|stranger| match &stranger.nearest {
            Some(nearest) => format!("“{}” (did you mean {nearest}?)", stranger.who),
            None => format!("“{}”", stranger.who),
        })
        .collect();
    let found = format!("{variable} names people the desk does not know: {}", named.join(", "));
    let mend = format!(
        "write in {file} who is meant as the desk does (there: Settings → Agents), name or e-mail address; until then what \
         is said of them counts for nobody"
    );
    Finding::AgentsUnknown.warning(found, mend)
}
