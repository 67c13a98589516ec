//! What a customer reads: the language, the day, the form; and what is told of a wrong template.

use super::*;

#[test]
fn everybody_is_told_in_their_language_by_the_clocks_of_the_team() {
    let mut case = case(REPLY);
    case.hours = Hours::shipped().in_zone("Europe/Berlin").unwrap();
    let german = "Guten Abend, wo bleibt meine Bestellung? Ich warte schon seit einer Woche darauf.";
    case.customer(german, FRIDAY_NIGHT);
    let (language, text) = sent(&case.look(FRIDAY_NIGHT)).unwrap();
    assert_eq!(language, "de");
    assert!(text.contains("Wir sind am Montag um 9:00 Uhr (CET) zurück"), "{text}");

    // Two letters tell no language: then what was written before, then the browser, then the desk's own.
    case.customer("ok", "2026-11-20T22:05:00Z");
    assert_eq!(sent(&case.look("2026-11-20T22:05:00Z")).unwrap().0, "de");
    case.thread.remove(0);
    assert_eq!(sent(&case.look("2026-11-20T22:05:00Z")).unwrap().0, "en");
    case.conversation.browser_language = Some("pt-BR".to_owned());
    let (language, text) = sent(&case.look("2026-11-20T22:05:00Z")).unwrap();
    assert_eq!(language, "pt");
    assert!(text.contains("segunda-feira às 9:00"), "{text}");
}

#[test]
fn the_day_is_named_as_people_say_it() {
    let said = |hours: &str, now: &str| {
        let mut case = case(REPLY);
        case.hours = Hours::parse(hours).unwrap();
        case.customer("Where is my order, please?", now);
        sent(&case.look(now))
            .map(|(_, text)| text.split("back ").nth(1).unwrap().split(" (").next().unwrap().to_owned())
    };
    let hours = |holidays: &str| {
        format!(
            "zone = \"America/New_York\"\nholidays = [{holidays}]\n[weekdays]\nmonday = [\"08:30-12:00\"]\n\
             tuesday = [\"08:30-12:00\", \"13:00-17:00\"]"
        )
    };
    assert_eq!(said(&hours(""), "2026-11-24T17:30:00Z").as_deref(), Some("today at 13:00"));
    assert_eq!(said(&hours(""), "2026-11-24T03:00:00Z").as_deref(), Some("tomorrow at 8:30"));
    assert_eq!(said(&hours(""), "2026-11-25T12:00:00Z").as_deref(), Some("on Monday at 8:30"));
    let christmas = hours("\"2026-12-21\", \"2026-12-22\", \"2026-12-28\"");
    let later = said(&christmas, "2026-12-16T12:00:00Z");
    assert_eq!(later.as_deref(), Some("on Tuesday, 29 December at 8:30"));
    assert_eq!(said("zone = \"UTC\"\n[weekdays]", FRIDAY_NIGHT), None, "nobody knows when they are back");
}

#[test]
fn a_template_arrives_as_it_is_written() {
    let own = r#"
        [template.code]
        [template.code.text]
        en = "Hi {customer}, use {{ code }} or {% raw %} or { this }. #{ticket} {shop}"
    "#;
    let mut case = case(
        "[[rule]]\nid = \"code\"\ngroup = \"tags\"\nwhen = { always = true }\nthen = { template = \"code\" }",
    );
    let (templates, problems) = Templates::parse(&[SHIPPED_TEMPLATES, ("own", own)]);
    assert_eq!(problems, []);
    case.templates = templates;
    case.customer("Do you have a discount for me, please?", MONDAY_NOON);
    let text = sent(&case.look(MONDAY_NOON)).unwrap().1;
    assert_eq!(text, "Hi Ann, use {{ code }} or {% raw %} or { this }. #142 Hot Rodan");
    case.conversation.contact.name = "+49 170 1234567".to_owned();
    let text = sent(&case.look(MONDAY_NOON)).unwrap().1;
    assert!(text.starts_with("Hi, use {{ code }}"), "{text}");
}

#[test]
fn a_text_message_gets_the_short_form() {
    let mut case = case(REPLY);
    case.conversation.channel = Channel::Sms;
    case.customer("Where is my order, please?", FRIDAY_NIGHT);
    let text = sent(&case.look(FRIDAY_NIGHT)).unwrap().1;
    assert!(text.chars().count() < 160 && !text.contains('\n'), "{text}");
}

#[test]
fn every_shipped_template_is_there_in_every_language_and_fits_a_text_message() {
    let (templates, problems) = Templates::parse(&[SHIPPED_TEMPLATES]);
    assert_eq!(problems, []);
    let zone = jiff::tz::TimeZone::get("Europe/Lisbon").unwrap();
    let values = Values {
        customer: Some("Ann"),
        shop: "Hot Rodan",
        ticket: 1,
        now: at(FRIDAY_NIGHT),
        back_at: Some(at("2026-12-23T09:00:00Z")),
        zone: &zone,
    };
    let template = templates.get("after_hours").unwrap();
    let sms = crate::channel::rules(&Channel::Sms);
    for language in ["en", "de", "es", "fr", "pt"] {
        assert_eq!(templates.language_for(template, &[language]), language);
        let short = templates.render(template, language, sms, &values).unwrap().text;
        assert!(crate::channel::parts::Parts::of(&short).parts <= 2, "{short}");
        let long = templates.render(template, language, crate::channel::rules(&Channel::Email), &values);
        let long = long.unwrap().text;
        assert!(long.contains(" 9:00") && long.contains("(WET)"), "{long}");
    }
}

#[test]
fn wrong_templates_are_named_with_place_and_nearest_word() {
    let wrong = |text: &str| {
        let (_, problems) = Templates::parse(&[SHIPPED_TEMPLATES, ("own.toml", text)]);
        problems.first().map(ToString::to_string).unwrap_or_default()
    };
    let told = wrong("[template.x.text]\nen = \"Hi {costumer}\"");
    assert!(told.starts_with("own.toml, template.x.text.en: {costumer} is not known"), "{told}");
    assert!(told.ends_with("did you mean “customer”?"), "{told}");
    assert!(wrong("[template.x.text]\nen = \"Back {back_at}\"").contains("needs away = true"));
    assert!(wrong("[template.x.text]\nde = \"Hallo\"").contains("has no text in “en”"));
    assert!(wrong("[template.x.text]\nen = \" \"").contains("is empty"));
    assert!(wrong("[template.x").contains("the file"));
    assert!(wrong("[template.x]\nawya = true").contains("awya"));
}
