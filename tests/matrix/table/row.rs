//! A line of the table: what is typed, and how it has to end, whatever the servers do. Nothing here is worked out from what
//! the program does: the codes are those of `orchest help exit-codes`, and whoever differs says why.

/// What goes wrong, from the first request that is not the login on and for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Nothing.
    Ok,
    /// What is named is not there.
    Missing,
    Unauthorized,
    Forbidden,
    /// Nothing at all is at that address.
    NoSuchPath,
    Conflict,
    TooMany,
    Unavailable,
    Silence,
    Malformed,
}

impl Column {
    pub const ALL: [Self; 10] = [
        Self::Ok,
        Self::Missing,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NoSuchPath,
        Self::Conflict,
        Self::TooMany,
        Self::Unavailable,
        Self::Silence,
        Self::Malformed,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "absent",
            Self::Unauthorized => "401",
            Self::Forbidden => "403",
            Self::NoSuchPath => "404",
            Self::Conflict => "409",
            Self::TooMany => "429",
            Self::Unavailable => "503",
            Self::Silence => "silent",
            Self::Malformed => "garbled",
        }
    }

    /// The proxy's word for it, from the request of this number on.
    pub fn fault(self, first: usize) -> Option<String> {
        let action = match self {
            Self::Ok | Self::Missing => return None,
            Self::Unauthorized => "status=401",
            Self::Forbidden => "status=403",
            Self::NoSuchPath => "status=404",
            Self::Conflict => "status=409",
            Self::TooMany => "status=429,retry-after=1",
            Self::Unavailable => "status=503",
            Self::Silence => "hang",
            Self::Malformed => "body=html",
        };
        Some(format!("{action}@{first}!:before"))
    }

    /// How a command ends that nothing special is said of.
    fn usual(self) -> i32 {
        match self {
            Self::Ok => 0,
            Self::Missing => 3,
            Self::Unauthorized => 4,
            Self::Forbidden => 5,
            // Of an address that is wrong: what may be absent is asked for so that its absence is an answer.
            Self::NoSuchPath | Self::Malformed => 1,
            Self::Conflict => 6,
            Self::TooMany | Self::Unavailable | Self::Silence => 75,
        }
    }
}

/// What is there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Two services with the same names in them, and the administrator of all.
    Towns,
    /// The administrator of one of them, who lets others use a role.
    Trusting,
    /// The newer dialect of deployments, which keeps templates and users.
    Templates,
    /// The older one, with a deployment that is up and one that is stuck.
    Deployments,
    People,
    /// Nobody is asked for anything; there is a home.
    Home,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Servers,
    /// Servers, and the login is what it is about.
    Login,
    /// Nobody: whatever servers do, it ends as it does.
    Nobody,
    /// Servers of its own, which it starts itself.
    ItsOwn,
}

#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Noun and verb, as the help has them.
    pub verb: &'static str,
    pub place: Place,
    pub asks: Asks,
    /// A line that works. `~/` is the home, `{…}` something whose id is known when it is run.
    pub line: &'static str,
    /// The line that is run where nothing goes wrong, if it takes a person to bring the other one to its end.
    pub alone: Option<&'static str>,
    /// The line with something that is not there, unless there is nothing that it names.
    pub missing: Option<&'static str>,
    /// Whether it prints rows although it fails.
    pub tells: bool,
    /// Whether what it prints is the thing itself, in whatever form that has.
    pub raw: bool,
    /// Whether a secret is what it prints.
    pub secret: bool,
    /// Whether it is a check that tells by its code, without a complaint.
    pub silent: bool,
    /// What is wrong is what it prints, with the way out, and it does not complain besides.
    pub finds: bool,
    /// Where it ends otherwise than most, and why.
    pub but: &'static [(Column, i32, &'static str)],
}

impl Row {
    pub const fn new(place: Place, verb: &'static str, line: &'static str) -> Self {
        let asks = if matches!(place, Place::Home) { Asks::Nobody } else { Asks::Servers };
        Self {
            verb,
            place,
            asks,
            line,
            alone: None,
            missing: None,
            tells: false,
            raw: false,
            secret: false,
            silent: false,
            finds: false,
            but: &[],
        }
    }

    pub const fn missing(self, line: &'static str) -> Self {
        Self { missing: Some(line), ..self }
    }

    pub const fn but(self, but: &'static [(Column, i32, &'static str)]) -> Self {
        Self { but, ..self }
    }

    pub const fn telling(self) -> Self {
        Self { tells: true, ..self }
    }

    pub const fn raw(self) -> Self {
        Self { raw: true, ..self }
    }

    pub const fn secret(self) -> Self {
        Self { secret: true, raw: true, ..self }
    }

    pub const fn finding(self) -> Self {
        Self { finds: true, tells: true, ..self }
    }

    pub const fn silent(self) -> Self {
        Self { silent: true, ..self }
    }

    pub const fn asking(self, asks: Asks) -> Self {
        Self { asks, ..self }
    }

    pub const fn alone(self, line: &'static str) -> Self {
        Self { alone: Some(line), ..self }
    }

    /// The line of a cell, unless there is none.
    pub fn typed(&self, column: Column) -> Option<&'static str> {
        match column {
            Column::Ok => Some(self.alone.unwrap_or(self.line)),
            Column::Missing => self.missing,
            _ if self.asks == Asks::ItsOwn => None,
            _ => Some(self.line),
        }
    }

    /// How it has to end there.
    pub fn code(&self, column: Column) -> i32 {
        let said = |wanted: Column| self.but.iter().find(|(column, ..)| *column == wanted).map(|(_, code, _)| *code);
        let usual = match self.asks {
            // Nothing that goes wrong at servers concerns it.
            Asks::Nobody if column != Column::Missing => said(Column::Ok).unwrap_or(0),
            _ => column.usual(),
        };
        said(column).unwrap_or(usual)
    }
}
