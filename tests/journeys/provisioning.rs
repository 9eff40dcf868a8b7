//! The provisioning scenarios that the platform's users have (SmartCity, Tecnoport, …), as lines that are typed.
