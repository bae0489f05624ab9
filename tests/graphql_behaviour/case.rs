//! A country with three registers, two people and an office.

use ndx_contracts::FieldRef;
use ndx_test_gateway::{Country, Exchange, Register};
use serde_json::{Value, json};

/// Whom all registers know.
pub const ANN: &str = "199512345671";
/// Whom they know, too.
pub const BEN: &str = "199012345672";
/// The mother of both.
pub const EVE: &str = "196012345673";
/// Her mother.
pub const GRAN: &str = "193012345674";
/// Ann's child.
pub const CAY: &str = "201512345675";
/// Whom nobody knows.
pub const NOBODY: &str = "200112345679";

/// A field of the register of citizens.
pub fn civil(name: &str) -> FieldRef {
    FieldRef::new("civil-v1", name)
}

/// Nothing needs consent but incomes, licences and the office's alarm.
pub fn country() -> Country {
    Country::new(include_str!("schema/consumer.graphql"))
        .register("civil", "civil-v1", civil_register())
        .register("civil", "civil-v2", tax_register())
        .register("road", "road-v1", road_register())
        .maps("person-nic", "civil", "civil-v1", "citizen", "nic")
        .maps("person-nic", "civil", "civil-v2", "taxpayer", "number")
        .maps("person-nic", "road", "road-v1", "driver", "id")
        .maps("driver-licensee", "road", "road-v1", "driver", "id")
        .maps("driver-licensee", "civil", "civil-v1", "citizen", "nic")
        .maps("events-nic", "civil", "civil-v1", "register", "nic")
        .maps("events-filter", "civil", "civil-v1", "register", "filter")
        .maps("events-kinds", "civil", "civil-v1", "register", "kinds")
        .maps("events-limit", "civil", "civil-v1", "register", "limit")
        .maps("events-weight", "civil", "civil-v1", "register", "weight")
        .maps("events-ids", "civil", "civil-v1", "register", "ids")
        .maps("events-since", "civil", "civil-v1", "register", "since")
        .restricts("civil-v2", &["taxpayer.income"])
        .restricts("road-v1", &["driver.licence", "office.alarm"])
}

/// The country, opened.
pub async fn exchange() -> Exchange {
    country().open().await
}

/// Asks for `selection` of Ann.
pub async fn ann(exchange: &Exchange, selection: &str) -> ndx_test_gateway::Reply {
    exchange.ask(&format!(r#"{{ person(nic: "{ANN}") {selection} }}"#)).await
}

/// The data of `selection` of Ann, in a country of its own.
pub async fn of_ann(selection: &str) -> Value {
    ann(&exchange().await, selection).await.data()["person"].clone()
}

/// The answer to `selection` of Ann when the register of citizens says `record` of her.
pub async fn when_civil_says(record: &str, selection: &str) -> ndx_test_gateway::Reply {
    let exchange = exchange().await;
    exchange.register("civil-v1").says(format!(r#"{{"data":{{"{{alias}}":{record}}}}}"#));
    ann(&exchange, selection).await
}

fn civil_register() -> Register {
    let ann = json!({
        "nic": ANN, "fullName": "Ann", "years": 29, "sex": "FEMALE", "alive": true, "born": "1995-05-01", "height": 1.7,
        "number": 7, "nicknames": ["Annie", null], "titles": ["Dr"], "grid": [[1, 2], null, []], "email": "ann@x.example",
        "box": "12", "home": {"street": "Lake Road", "storey": 3, "town": {"name": "Port Faraja"}},
        "motherNic": EVE, "fatherNic": NOBODY, "siblingNics": [BEN, null, "unknown", BEN],
        "children": [
            {"nic": CAY, "firstName": "Cay", "born": "2015-01-01", "school": {"name": "Hill"}, "toys": [{"name": "kite"}, {"name": "drum"}]},
            null,
            {"firstName": "Dee", "born": null, "school": null, "toys": []},
        ],
        "certificates": [{"number": "c1"}],
    });
    let ben = json!({"nic": BEN, "fullName": "Ben", "years": 34, "sex": "MALE", "alive": true, "motherNic": EVE, "children": []});
    let eve = json!({"nic": EVE, "fullName": "Eve", "motherNic": GRAN, "siblingNics": []});
    let gran = json!({"nic": GRAN, "fullName": "Gran", "motherNic": null});
    let events = json!({"total": 2, "days": ["1995-05-01", null]});
    Register::new(include_str!("schema/civil-v1.graphql"))
        .knows("citizen", ANN, ann)
        .knows("citizen", BEN, ben)
        .knows("citizen", EVE, eve)
        .knows("citizen", GRAN, gran)
        .knows("citizen", CAY, json!({"nic": CAY, "fullName": "Cay Junior", "years": 10}))
        .knows("register", ANN, events)
}

fn tax_register() -> Register {
    Register::new(include_str!("schema/civil-v2.graphql"))
        .knows("taxpayer", ANN, json!({"income": 100, "homeTaxed": true}))
        .knows("taxpayer", BEN, json!({"income": 200, "homeTaxed": false}))
}

fn road_register() -> Register {
    let cars = json!([{"plate": "A-1", "year": 2001}, {"plate": "A-2", "year": 2002}]);
    Register::new(include_str!("schema/road-v1.graphql"))
        .knows("driver", ANN, json!({"licence": "L-A", "points": 1, "cars": cars}))
        .knows("driver", BEN, json!({"licence": "L-B", "points": 2, "cars": []}))
        .knows("office", "", json!({"address": "1 Road Street", "alarm": "1234"}))
}
