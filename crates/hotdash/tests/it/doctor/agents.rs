//! People in the team's own file, beside the people of the desk.

use super::{Patient, named};
use chatwoot_sandbox::Faults;
use hotdash::work::doctor::Verdict;

#[tokio::test]
async fn people_the_desk_does_not_know_are_named_with_who_was_meant() {
    let patient = Patient::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agents.toml");
    let file = path.display().to_string();
    let settings = [("HOTDASH_AGENTS_FILE", file.as_str())];
    let write = |people: &[&str]| {
        let text: String =
            people.iter().map(|who| format!("[[agent]]\nwho = '{who}'\ncapacity = 5\n")).collect();
        std::fs::write(&path, text).unwrap();
    };
    assert_eq!(named(&patient.examine(&[], false).await, "agents").verdict, Verdict::Well, "no file");
    write(&["ben@acme.test", "Cleo Agent"]);
    assert_eq!(named(&patient.examine(&settings, false).await, "agents").verdict, Verdict::Well);
    write(&["bne@acme.test", "Cleo", "Zacharias of the other shop"]);
    let check = patient.finds(&settings, "agents_unknown").await;
    assert_eq!(check.verdict, Verdict::Warning);
    assert!(
        check.found.ends_with(
            "“bne@acme.test” (did you mean ben@acme.test?), “cleo” (did you mean Cleo Agent?), “zacharias of the other shop”"
        ),
        "{check:?}"
    );
    assert!(check.mend.contains("agents.toml"), "{check:?}");
    patient.desk.set_faults(Faults { failing_path: "/agents".to_owned(), ..Faults::default() });
    assert_eq!(patient.finds(&settings, "agents_unreadable").await.verdict, Verdict::Warning);
    patient.desk.set_faults(Faults::default());
    std::fs::write(&path, "[[agent]]\nwho = 'ben@acme.test'\ncapcity = 5\n").unwrap();
    let check = patient.finds(&settings, "agents_file_wrong").await;
    assert!(check.found.contains("did you mean “capacity”?"), "{check:?}");
}
