//! The register's GraphQL schema.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject};

use crate::{
    config::{BirthRecord, Person},
    guard::Guard,
};

/// The schema with its records inside.
pub(crate) type Births = Schema<Query, EmptyMutation, EmptySubscription>;

type Records = Arc<HashMap<String, BirthRecord>>;

pub(crate) fn schema(people: Vec<Person>) -> Births {
    let records: Records =
        Arc::new(people.into_iter().filter_map(|person| Some((person.nic, person.record?))).collect());
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .data(records)
        .extension(Guard)
        .limit_recursive_depth(10)
        .limit_depth(10)
        .limit_complexity(200)
        .finish()
}

/// What the register can be asked.
#[derive(Debug)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// The registered birth of the person with this identity number.
    async fn get_person_info(&self, ctx: &Context<'_>, nic: ID) -> async_graphql::Result<Option<PersonData>> {
        let records = ctx.data::<Records>()?;
        Ok(records.get(nic.as_str()).map(|record| PersonData::new(nic.to_string(), record.clone())))
    }
}

/// A registered birth.
#[derive(Debug, SimpleObject)]
pub(crate) struct PersonData {
    /// The national identity number.
    nic: Option<ID>,
    /// The name that was registered.
    name: Option<String>,
    /// Year, month and day.
    birth_date: Option<String>,
    /// `Female` or `Male`.
    sex: Option<String>,
    /// The number of the registration.
    br_no: Option<String>,
    /// Where it happened.
    birth_place: Option<String>,
    /// In which district.
    district: Option<String>,
    /// The mother's identity number, when she is known.
    mother_nic: Option<ID>,
    /// The father's identity number, when he is known.
    father_nic: Option<ID>,
}

impl PersonData {
    fn new(nic: String, record: BirthRecord) -> Self {
        let BirthRecord { name, birth_date, sex, br_no, birth_place, district, mother_nic, father_nic } = record;
        let [nic, mother_nic, father_nic] = [Some(nic), mother_nic, father_nic].map(|nic| nic.map(ID));
        Self { nic, name, birth_date, sex, br_no, birth_place, district, mother_nic, father_nic }
    }
}
