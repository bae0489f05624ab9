//! The OpenAPI document.

use policy_decision_point::server;
use serde_json::json;

#[test]
fn names_every_route_with_its_answers() {
    let document = serde_json::to_value(server::openapi()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap();
            let sends = operation.get("requestBody").is_some();
            assert_eq!(operation.get("security").is_none(), path == "/health", "{method} {path}");
            for status in ["401", "500", "503"] {
                assert_eq!(answers.contains_key(status), path != "/health", "{method} {path} {status}");
            }
            for status in ["413", "415"] {
                assert_eq!(answers.contains_key(status), sends, "{method} {path} {status}");
            }
            for (status, answer) in answers.iter().filter(|(status, _)| status.as_str() >= "400") {
                let schema = &answer["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(*schema, json!("#/components/schemas/ErrorBody"), "{method} {path} {status}");
            }
        }
    }
}
