/** Questions to begin with. Their people live in Farajaland, the sandbox; nobody of them exists. */
export interface Sample {
  title: string;
  /** What to expect. */
  words: string;
  query: string;
  variables?: string;
}

export const SAMPLES: Sample[] = [
  {
    title: "Passport form",
    words:
      "The passport office asks two registers about Nayana in one question. Until she has shared, the answer is CE_NOT_APPROVED and holds a link for her.",
    query: `query PassportForm {
  personInfo(nic: "199512345678") {
    fullName
    profession
    dateOfBirth
    birthInfo {
      district
    }
  }
}
`,
  },
  {
    title: "Two people",
    words: "Two people in one question, told apart by aliases. Each of them decides alone.",
    query: `query TwoPeople {
  nayana: personInfo(nic: "199512345678") {
    fullName
  }
  regina: personInfo(nic: "200012345679") {
    fullName
  }
}
`,
  },
  {
    title: "With variables",
    words: "The person stands in the variables below the question, as in a real application.",
    query: `query Person($nic: String!, $withBirth: Boolean = false) {
  personInfo(nic: $nic) {
    fullName
    birthInfo @include(if: $withBirth) {
      district
    }
  }
}
`,
    variables: `{
  "nic": "199512345678",
  "withBirth": true
}
`,
  },
  {
    title: "What can be asked?",
    words: "Introspection: the schema tells about itself. It concerns nobody, so nobody is asked.",
    query: `query Schema {
  __schema {
    queryType {
      fields {
        name
        description
        args {
          name
          description
        }
      }
    }
  }
}
`,
  },
  {
    title: "Refused by policy",
    words: "The passport office has no business with vehicles. Policy refuses, and the person is not even asked.",
    query: `query Vehicles {
  personInfo(nic: "199512345678") {
    ownedVehicles {
      regNo
    }
  }
}
`,
  },
];
