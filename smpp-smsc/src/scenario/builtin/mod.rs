//! The scenarios that have a name.

/// Name and file of each.
pub(super) const ALL: [(&str, &str); 5] = [
    ("happy", include_str!("happy.toml")),
    ("flaky", include_str!("flaky.toml")),
    ("throttling", include_str!("throttling.toml")),
    ("slow", include_str!("slow.toml")),
    ("chaos", include_str!("chaos.toml")),
];
