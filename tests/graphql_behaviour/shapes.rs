//! The shape of the answer: it follows the types that were asked, never the JSON that a register sends.

use serde_json::json;

use crate::case::{ANN, BEN, NOBODY, ann, country, exchange, of_ann, when_civil_says};

#[tokio::test]
async fn row_22_non_null_objects_and_items_are_walked() {
    let data = of_ann("{ contact { email post { box } } certificates { number } }").await;
    let contact = json!({"email": "ann@x.example", "post": {"box": "12"}});
    assert_eq!(data, json!({"contact": contact, "certificates": [{"number": "c1"}]}));
}

#[tokio::test]
async fn row_23_a_list_of_objects_keeps_its_order_and_its_names() {
    let data = of_ann("{ cars { plate made: year } }").await;
    assert_eq!(data, json!({"cars": [{"plate": "A-1", "made": 2001}, {"plate": "A-2", "made": 2002}]}));
}

#[tokio::test]
async fn row_24_objects_and_lists_in_the_elements_of_a_list_are_renamed_too() {
    let data = of_ann("{ children { name school { title } toys { label } } }").await;
    let cay = json!({"name": "Cay", "school": {"title": "Hill"}, "toys": [{"label": "kite"}, {"label": "drum"}]});
    let dee = json!({"name": "Dee", "school": null, "toys": []});
    assert_eq!(data, json!({"children": [cay, null, dee]}));
}

#[tokio::test]
async fn row_25_a_path_in_a_list_is_absolute_or_goes_on_from_the_element() {
    let exchange = exchange().await;
    let reply = ann(&exchange, "{ children { born school { title } } home { floor } }").await;
    let of_ann = |path| format!(r#"civil-v1 citizen(nic: "{ANN}").{path}"#);
    assert_eq!(exchange.asked(), ["children.born", "children.school.name", "home.storey"].map(of_ann));
    assert_eq!(reply.data()["person"]["children"][0], json!({"born": "2015-01-01", "school": {"title": "Hill"}}));
}

#[tokio::test]
async fn row_26_a_null_in_a_list_stays_a_null() {
    let data = of_ann("{ children { name } nicknames }").await;
    assert_eq!(data, json!({"children": [{"name": "Cay"}, null, {"name": "Dee"}], "nicknames": ["Annie", null]}));
}

#[tokio::test]
async fn row_27_a_list_whose_children_start_at_another_root_is_a_mistake_of_the_schema() {
    let told = country().with_schema(|text| text.replace("driver.cars.plate", "office.address")).mistakes();
    for words in ["`Car.plate`", "`Person.cars`", "`driver.cars`", "`office`"] {
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test]
async fn row_28_lists_of_scalars_at_any_depth_pass() {
    assert_eq!(of_ann("{ titles grid }").await, json!({"titles": ["Dr"], "grid": [[1, 2], null, []]}));
}

#[tokio::test]
async fn row_29_a_null_object_is_null_and_a_person_is_unknown_when_every_register_says_so() {
    let exchange = exchange().await;
    let unknown = format!(r#"{{ person(nic: "{NOBODY}") {{ name points }} }}"#);
    assert_eq!(exchange.ask(&unknown).await.data(), &json!({"person": null}));
    exchange.register("road-v1").learns("driver", NOBODY, json!({"points": 3}));
    assert_eq!(exchange.ask(&unknown).await.data(), &json!({"person": {"name": null, "points": 3}}));
    let ben = exchange.ask(&format!(r#"{{ person(nic: "{BEN}") {{ home {{ street }} }} }}"#)).await;
    assert_eq!(ben.data(), &json!({"person": {"home": null}}));
}

#[tokio::test]
async fn row_30_a_null_where_none_may_be_takes_its_parent_and_the_error_has_its_path() {
    let selection = "{ name certificates { number } titles children { toys { label } } }";
    let record = r#"{"fullName":"Ann","certificates":[{"number":"c1"},null],"titles":["Dr",null],
                     "children":[{"toys":[null]},{"toys":[{"name":"kite"}]}]}"#;
    let reply = when_civil_says(record, selection).await;
    let children = json!([{"toys": null}, {"toys": [{"label": "kite"}]}]);
    let person = json!({"name": "Ann", "certificates": null, "titles": null, "children": children});
    assert_eq!(reply.body["data"], json!({"person": person}));
    let at = |path| format!("PROVIDER_BAD_DATA at person.{path}");
    assert_eq!(reply.errors(), ["certificates.1", "titles.1", "children.0.toys.0"].map(at));
    let grid = when_civil_says(r#"{"grid":[[1,null],[2]]}"#, "{ grid }").await;
    assert_eq!((&grid.body["data"]["person"]["grid"], grid.errors()), (&json!([null, [2]]), vec![at("grid.0.1")]));
}

#[tokio::test]
async fn row_36_an_object_with_a_source_of_its_own_and_fields_of_two_registers() {
    let data = of_ann("{ home { street taxed floor } }").await;
    assert_eq!(data, json!({"home": {"street": "Lake Road", "taxed": true, "floor": 3}}));
    let exchange = exchange().await;
    exchange.register("civil-v1").learns("citizen", ANN, json!({"home": null}));
    assert_eq!(ann(&exchange, "{ home { street taxed } }").await.data()["person"], json!({"home": null}));
}

#[tokio::test]
async fn row_37_the_keys_of_the_answer_stand_in_the_order_of_the_query() {
    let exchange = exchange().await;
    let query = format!(
        r#"{{ z: person(nic: "{ANN}") {{ points name alive ...A age }} a: person(nic: "{BEN}") {{ name age }} __typename }}
           fragment A on Person {{ sex name }}"#
    );
    let expected = r#"{"data":{"z":{"points":1,"name":"Ann","alive":true,"sex":"FEMALE","age":29},"a":{"name":"Ben","age":34},"__typename":"Query"}}"#;
    assert_eq!(exchange.ask(&query).await.text, expected);
}

#[tokio::test]
async fn row_48_numbers_and_texts_pass_byte_for_byte() {
    let record =
        r#"{"number":12345678901234567890123.000100,"height":1.70,"nic":9007199254740993,"fullName":"\u0d86 é \/"}"#;
    let reply = when_civil_says(record, "{ number height id name }").await;
    let expected = r#"{"data":{"person":{"number":12345678901234567890123.000100,"height":1.70,"id":"9007199254740993","name":"\u0d86 é \/"}}}"#;
    assert_eq!(reply.text, expected);
}
