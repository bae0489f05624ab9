//! The questions that are asked most: about one person, as a variable.

/// Ten fields of two providers, some 200 bytes from each.
pub const SMALL: &str = "query Measured($nic: String!) { personInfo(nic: $nic) { fullName otherNames address profession \
                         name dateOfBirth sex birthInfo { birthRegistrationNumber birthPlace district } } }";

/// A list from each of two providers.
pub const LARGE: &str = "query Measured($nic: String!) { largeInfo(nic: $nic) { \
                         left { id holder title amount active street town note } \
                         right { id holder title amount active street town note } } }";
