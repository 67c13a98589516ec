//! Only the switch changes.

use super::switched;

#[test]
fn the_first_switch_goes_to_the_end() {
    assert_eq!(switched("", "vip", false), "[switches]\n\"vip\" = false\n");
    let own = "# ours\n[[rule]]\nid = \"a\"";
    assert_eq!(switched(own, "vip", false), format!("{own}\n\n[switches]\n\"vip\" = false\n"));
}

#[test]
fn a_switch_is_turned_where_it_stands_and_comments_stay() {
    let text = "[switches]\n# not in December\nvip = false\n\n[[rule]]\nid = \"a\"\n";
    assert_eq!(
        switched(text, "vip", true),
        "[switches]\n# not in December\n\"vip\" = true\n\n[[rule]]\nid = \"a\"\n"
    );
    let two = switched(text, "after-hours", false);
    assert_eq!(
        two,
        "[switches]\n\"after-hours\" = false\n# not in December\nvip = false\n\n[[rule]]\nid = \"a\"\n"
    );
    assert_eq!(switched(&two, "after-hours", true), two.replace("hours\" = false", "hours\" = true"));
}

#[test]
fn a_name_with_quotes_is_written_so_that_it_can_be_read() {
    let text = switched("", "our \"best\" rule", true);
    let table: toml::Table = text.parse().unwrap();
    assert_eq!(table["switches"]["our \"best\" rule"].as_bool(), Some(true));
}
