//! What is wrong with a template, as data.

use std::fmt;

use crate::base::yaml::Mark;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// A server refuses it, or falls over it.
    Error,
    /// It is taken, and means something else than it seems to.
    Warning,
    /// Worth knowing.
    Note,
}

/// A family of servers, where only one is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Server {
    V1,
    Indigo,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    Yaml,
    NotAMapping,
    NoDefinitionsVersion,
    NoTopology,
    NoTemplateName,
    Metadata,
    UnquotedDate,
    Sixtieths,
    OctalNumber,
    UnderscoreNumber,
    DuplicateKey,
    UnknownTag,
    ComplexKey,
    BareEquals,
    UndeclaredInput,
    UnusedInput,
    OptionalWithoutDefault,
    BadDefault,
    ChangedText,
    UnknownType,
    BadConstraint,
    BadDeclaration,
}

impl Rule {
    /// Its name in the output.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::NotAMapping => "not-a-mapping",
            Self::NoDefinitionsVersion => "no-definitions-version",
            Self::NoTopology => "no-topology",
            Self::NoTemplateName => "no-template-name",
            Self::Metadata => "metadata",
            Self::UnquotedDate => "unquoted-date",
            Self::Sixtieths => "sixtieths",
            Self::OctalNumber => "octal-number",
            Self::UnderscoreNumber => "underscore-number",
            Self::DuplicateKey => "duplicate-key",
            Self::ComplexKey => "complex-key",
            Self::BareEquals => "bare-equals",
            Self::UnknownTag => "unknown-tag",
            Self::UndeclaredInput => "undeclared-input",
            Self::UnusedInput => "unused-input",
            Self::OptionalWithoutDefault => "optional-without-default",
            Self::BadDefault => "bad-default",
            Self::ChangedText => "changed-text",
            Self::UnknownType => "unknown-type",
            Self::BadConstraint => "bad-constraint",
            Self::BadDeclaration => "bad-declaration",
        }
    }
}

/// One problem, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) at: Mark,
    pub(crate) severity: Severity,
    pub(crate) rule: Rule,
    /// Whom it concerns; everybody, if nobody is named.
    pub(crate) server: Option<Server>,
    pub(crate) text: String,
}

impl Problem {
    pub(super) fn new(severity: Severity, rule: Rule, at: Mark, text: impl Into<String>) -> Self {
        Self { at, severity, rule, server: None, text: text.into() }
    }

    pub(super) fn only(self, server: Server) -> Self {
        Self { server: Some(server), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.text)
    }
}
