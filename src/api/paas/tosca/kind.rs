//! The types that inputs may have.

use super::constraint::Constraint;

const PORT: &str = "PortDef";
const PORT_IN_FULL: &str = "tosca.datatypes.network.PortDef";

/// The name of a type, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Integer,
    Float,
    Boolean,
    Timestamp,
    Version,
    Range,
    List,
    Map,
    Size,
    Time,
    Frequency,
    /// A data type of the profile, of an import or of the template itself, mostly a mapping: nobody looks into it.
    Complex(String),
    /// No type of TOSCA, but perhaps one of the dashboard's (`select`, `uuidgen`, …) or of an import: what is written as a
    /// word is taken as text, and a list or a mapping as it comes.
    Foreign(String),
}

impl Kind {
    /// By its name. Types that the template itself declares are given.
    pub(crate) fn of(name: &str, own: &[&str]) -> Self {
        match name {
            "string" => Self::String,
            // The profile derives the port from `integer`.
            "integer" | PORT | PORT_IN_FULL => Self::Integer,
            "float" => Self::Float,
            "boolean" => Self::Boolean,
            "timestamp" => Self::Timestamp,
            "version" => Self::Version,
            "range" => Self::Range,
            "list" => Self::List,
            "map" => Self::Map,
            "scalar-unit.size" => Self::Size,
            "scalar-unit.time" => Self::Time,
            "scalar-unit.frequency" => Self::Frequency,
            _ if name.contains('.') || own.contains(&name) => Self::Complex(name.to_owned()),
            _ => Self::Foreign(name.to_owned()),
        }
    }

    /// Its name in a template.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Version => "version",
            Self::Range => "range",
            Self::List => "list",
            Self::Map => "map",
            Self::Size => "scalar-unit.size",
            Self::Time => "scalar-unit.time",
            Self::Frequency => "scalar-unit.frequency",
            Self::Complex(name) | Self::Foreign(name) => name,
        }
    }

    /// What the profile asks of a type by this name, whatever else is asked.
    pub(super) fn own_constraint(name: &str) -> Option<Constraint> {
        matches!(name, PORT | PORT_IN_FULL).then(|| Constraint::InRange(Some(1.into()), Some(65_535.into())))
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Foreign(_))
    }

    /// What a value of it looks like, in words.
    pub(super) fn expected(&self) -> &'static str {
        match self {
            Self::String | Self::Foreign(_) => "text",
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Boolean => "true or false",
            Self::Timestamp => "a date or time such as 2024-01-31T10:00:00Z",
            Self::Version => "a version such as 1.2 or 1.2.3",
            Self::Range => "a range such as [1, 5] or [1, UNBOUNDED]",
            Self::List => "a list such as [a, b]",
            Self::Map => "a mapping such as {a: 1}",
            Self::Complex(_) => "a value",
            Self::Size => "a size such as 4 GB (B, kB, KiB, MB, MiB, GB, GiB, TB, TiB)",
            Self::Time => "a time such as 10 s (d, h, m, s, ms, us, ns)",
            Self::Frequency => "a frequency such as 2.4 GHz (Hz, kHz, MHz, GHz)",
        }
    }
}

/// A type with what is asked of its values.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) kind: Kind,
    /// Of the items of a list, the values of a mapping.
    pub(crate) entry: Option<Box<Type>>,
    pub(crate) constraints: Vec<Constraint>,
}
