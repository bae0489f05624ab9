//! The settings in which the exchange runs, and tests that hold in every one of them.

/// In how many processes the exchange runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// All services in one (`ndx up`).
    #[default]
    Together,
    /// Each service in its own (`ndx serve …`), joined by HTTP and their keys.
    Apart,
}

/// What keeps the stores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stores {
    /// Files in the data folder.
    #[default]
    Sqlite,
    /// A PostgreSQL database of the test's own.
    Postgres,
}

/// How the exchange is set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Setting {
    /// In how many processes.
    pub shape: Shape,
    /// On what stores.
    pub stores: Stores,
}

impl Setting {
    /// One process, SQLite.
    pub const TOGETHER_ON_SQLITE: Self = Self { shape: Shape::Together, stores: Stores::Sqlite };
    /// One process, PostgreSQL.
    pub const TOGETHER_ON_POSTGRES: Self = Self { shape: Shape::Together, stores: Stores::Postgres };
    /// A process for each service, SQLite.
    pub const APART_ON_SQLITE: Self = Self { shape: Shape::Apart, stores: Stores::Sqlite };
    /// A process for each service, PostgreSQL.
    pub const APART_ON_POSTGRES: Self = Self { shape: Shape::Apart, stores: Stores::Postgres };
}

/// Writes a test once and runs it in every setting, under the names `<test>::together_on_sqlite` and so on.
///
/// ```text
/// in_every_setting! {
///     async fn a_question_is_answered(setting: Setting) {
///         let farajaland = Farajaland::start_as(NDX, setting).await;
///     }
/// }
/// ```
///
/// Where a case cannot arise in a setting, the test says in which ones it can:
/// `in_every_setting! { [apart_on_sqlite apart_on_postgres] async fn … }`.
#[macro_export]
macro_rules! in_every_setting {
    (@one [$($wanted:ident)+] $name:ident $setting:ident $body:block) => {
        mod $name {
            use super::*;

            async fn in_setting($setting: $crate::Setting) $body

            $($crate::in_every_setting! { @in $wanted })+
        }
    };
    ($wanted:tt $(async fn $name:ident($setting:ident: Setting) $body:block)+) => {
        $($crate::in_every_setting! { @one $wanted $name $setting $body })+
    };
    ($(async fn $name:ident($setting:ident: Setting) $body:block)+) => {
        $($crate::in_every_setting! {
            @one [together_on_sqlite together_on_postgres apart_on_sqlite apart_on_postgres] $name $setting $body
        })+
    };
    (@in together_on_sqlite) => {
        #[tokio::test]
        async fn together_on_sqlite() {
            in_setting($crate::Setting::TOGETHER_ON_SQLITE).await;
        }
    };
    (@in together_on_postgres) => {
        #[tokio::test]
        async fn together_on_postgres() {
            in_setting($crate::Setting::TOGETHER_ON_POSTGRES).await;
        }
    };
    (@in apart_on_sqlite) => {
        #[tokio::test]
        async fn apart_on_sqlite() {
            in_setting($crate::Setting::APART_ON_SQLITE).await;
        }
    };
    (@in apart_on_postgres) => {
        #[tokio::test]
        async fn apart_on_postgres() {
            in_setting($crate::Setting::APART_ON_POSTGRES).await;
        }
    };
}
