//! Who gets a copy of the answer to a mail.

use super::Envelope;

fn list(addresses: &[&str]) -> Vec<String> {
    addresses.iter().map(|address| (*address).to_owned()).collect()
}

fn mail(from: &str, to: &[&str], cc: &[&str]) -> Envelope {
    Envelope { from: list(&[from]), to: list(to), cc: list(cc), bcc: list(&["boss@x.test"]), subject: None }
}

#[test]
fn an_answer_is_copied_to_everybody_who_was_written_to_openly() {
    let own = list(&["help@shop.test", "abc@in.shop.test"]);
    let customer = Some("ann@x.test");
    let copies = |mail: Envelope| mail.copies(customer, &own);
    assert_eq!(copies(mail("ann@x.test", &["help@shop.test"], &[])), [""; 0]);
    assert_eq!(
        copies(mail("ann@x.test", &["Help@Shop.test", "bob@x.test"], &["cleo@x.test", "bob@x.test"])),
        ["cleo@x.test", "bob@x.test"],
        "each once, never the desk itself"
    );
    let colleague = mail("cleo@x.test", &["help@shop.test"], &["ANN@x.test"]);
    assert_eq!(copies(colleague), ["cleo@x.test"], "who wrote in the customer's place gets the answer");
    let odd = [
        "reply+0a1b@in.shop.test",
        "undisclosed-recipients:;",
        "a b@x.test",
        "a@localhost",
        "a@x.test,b@x.test",
    ];
    assert_eq!(
        copies(mail("ann@x.test", &odd, &[])),
        [""; 0],
        "one bad address would refuse the whole reply"
    );
}
