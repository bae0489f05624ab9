//! The things that an application for a passport is made of, as far as a register can tell them.

/// What the data is for: sent with every question.
pub(crate) const PURPOSE: &str = "passport-application";

/// The one question. Every item stands in it.
pub(crate) const QUESTION: &str = "query PassportApplication($nic: String!) { personInfo(nic: $nic) { fullName otherNames \
                                   address profession name dateOfBirth sex birthInfo { birthRegistrationNumber birthPlace \
                                   district } } }";

/// A register's keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeper {
    Persons,
    Births,
}

impl Keeper {
    pub(crate) const ALL: [Self; 2] = [Self::Persons, Self::Births];

    /// As it stands in a sentence.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Persons => "the Department of Registration of Persons",
            Self::Births => "the Registrar General’s Department",
        }
    }
}

/// One thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    FullName,
    OtherNames,
    Address,
    Profession,
    BirthName,
    DateOfBirth,
    Sex,
    BirthPlace,
    District,
    BirthCertificate,
}

impl Item {
    /// All of them, in the order in which people read them.
    pub(crate) const ALL: [Self; 10] = [
        Self::FullName,
        Self::OtherNames,
        Self::Address,
        Self::Profession,
        Self::BirthName,
        Self::DateOfBirth,
        Self::Sex,
        Self::BirthPlace,
        Self::District,
        Self::BirthCertificate,
    ];

    /// Its name in the form, and its id on the page.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::FullName => "full-name",
            Self::OtherNames => "other-names",
            Self::Address => "address",
            Self::Profession => "profession",
            Self::BirthName => "birth-name",
            Self::DateOfBirth => "date-of-birth",
            Self::Sex => "sex",
            Self::BirthPlace => "birth-place",
            Self::District => "district",
            Self::BirthCertificate => "birth-certificate",
        }
    }

    /// What people call it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::FullName => "Full name",
            Self::OtherNames => "Other names",
            Self::Address => "Home address",
            Self::Profession => "Profession",
            Self::BirthName => "Name at birth",
            Self::DateOfBirth => "Date of birth",
            Self::Sex => "Sex, as registered",
            Self::BirthPlace => "Place of birth",
            Self::District => "District of birth",
            Self::BirthCertificate => "Birth certificate number",
        }
    }

    /// Where it stands in the answer to [`QUESTION`].
    pub(crate) fn path(self) -> &'static [&'static str] {
        match self {
            Self::FullName => &["personInfo", "fullName"],
            Self::OtherNames => &["personInfo", "otherNames"],
            Self::Address => &["personInfo", "address"],
            Self::Profession => &["personInfo", "profession"],
            Self::BirthName => &["personInfo", "name"],
            Self::DateOfBirth => &["personInfo", "dateOfBirth"],
            Self::Sex => &["personInfo", "sex"],
            Self::BirthPlace => &["personInfo", "birthInfo", "birthPlace"],
            Self::District => &["personInfo", "birthInfo", "district"],
            Self::BirthCertificate => &["personInfo", "birthInfo", "birthRegistrationNumber"],
        }
    }

    /// Who keeps it.
    pub(crate) fn keeper(self) -> Keeper {
        match self {
            Self::FullName | Self::OtherNames | Self::Address | Self::Profession => Keeper::Persons,
            _ => Keeper::Births,
        }
    }

    /// Whether there can be no passport without it.
    pub(crate) fn is_needed(self) -> bool {
        matches!(self, Self::FullName | Self::Address | Self::DateOfBirth | Self::Sex | Self::BirthPlace)
    }
}
