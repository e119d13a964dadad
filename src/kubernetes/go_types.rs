//! The Go types behind Kubernetes' kinds, 1.24 to 1.37, read in place from `schemas/go_types.bin` (layout:
//! `schemas/go_types/blob.go`). Nothing is built or checked at start-up; fields are found by a perfect hash.

const BLOB: &[u8] = include_bytes!("../../schemas/go_types.bin");
const KIND_SLOTS: usize = 1024;

const NODES: usize = section(0);
const FIELDS: usize = section(1);
const SLOTS: usize = section(2);
const KINDS: usize = section(3);
const KIND_TABLE: usize = section(4);
const POOL: usize = section(5);
const KIND_COUNT: usize = section(7);

/// How many nodes there are.
#[cfg(test)]
const NODE_COUNT: usize = (FIELDS - NODES) / 16;

const fn section(number: usize) -> usize {
    let at = number * 4;
    u32::from_le_bytes([BLOB[at], BLOB[at + 1], BLOB[at + 2], BLOB[at + 3]]) as usize
}

#[inline]
fn u8_at(at: usize) -> u8 {
    BLOB.get(at).copied().unwrap_or(0)
}

#[inline]
fn u16_at(at: usize) -> u16 {
    BLOB.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

#[inline]
fn u32_at(at: usize) -> u32 {
    BLOB.get(at..at + 4).map_or(0, |bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[inline]
fn bytes_at(at: usize) -> &'static [u8] {
    let packed = u32_at(at) as usize;
    let from = POOL + (packed >> 8);
    BLOB.get(from..from + (packed & 0xff)).unwrap_or_default()
}

fn text_at(at: usize) -> &'static str {
    std::str::from_utf8(bytes_at(at)).unwrap_or_default()
}

/// Spreads a name over 64 bits, as `find` in `schemas/go_types/blob.go` does before it multiplies by the seed.
#[inline]
fn spread(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let n = bytes.len();
    let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>())
    {
        let mut first = u64::from_le_bytes(*first);
        if n > 16
            && let Some(middle) = bytes[n / 2 - 4..].first_chunk::<8>()
        {
            first ^= u64::from_le_bytes(*middle).rotate_left(11);
        }
        (first, u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
    } else if n > 0 {
        (u64::from(bytes[0]) | u64::from(bytes[n / 2]) << 8, u64::from(bytes[n - 1]))
    } else {
        (0, 0)
    };
    let mixed = (first ^ last.rotate_left(29)).wrapping_add(n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

#[inline]
fn slot(spread: u64, seed: u16, bits: u8) -> usize {
    let hash = spread.wrapping_mul(0xd6e8_feb8_6659_fd93_u64.wrapping_add(2 * u64::from(seed)));
    hash.checked_shr(64 - u32::from(bits)).unwrap_or(0) as usize
}

/// How a value is decoded; the numbers are those of `schemas/go_types/distil.go`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Any JSON.
    Anything,
    /// A text.
    Text,
    /// A truth value.
    Boolean,
    /// A whole number between these.
    Integer(i64, u64),
    /// A number.
    Float,
    /// Bytes in base64.
    Base64,
    /// A point in time, RFC 3339.
    Time,
    /// A point in time with exactly six digits behind the second.
    MicroTime,
    /// A duration as Go writes it.
    Duration,
    /// `100m`, `1Gi`
    Quantity,
    /// A whole number of 32 bits, or a text.
    IntOrString,
    /// Named fields.
    Structure,
    /// A list of [`Type::of`].
    List,
    /// A map from texts to [`Type::of`].
    Map,
    /// A JSON schema ([`Type::of`]) or a truth value; unknown fields inside do not matter.
    SchemaOrBool,
    /// A JSON schema ([`Type::of`]) or a list of them; unknown fields inside do not matter.
    SchemaOrArray,
    /// A JSON schema ([`Type::of`]) or a list of texts; unknown fields inside do not matter.
    SchemaOrStringArray,
}

/// A type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Type(u16);

/// A field of a structure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TypeField {
    row: usize,
    /// Its number within the structure; below 255.
    pub number: u8,
}

impl Type {
    #[inline]
    fn row(self) -> usize {
        NODES + 16 * usize::from(self.0)
    }

    /// How a value of this type is decoded.
    #[inline]
    pub fn shape(self) -> Shape {
        match u8_at(self.row()) {
            1 => Shape::Text,
            2 => Shape::Boolean,
            3 => Shape::Integer(i64::from(i32::MIN), i32::MAX as u64),
            4 | 21 => Shape::Integer(i64::MIN, i64::MAX as u64),
            5 => Shape::Integer(0, 255),
            6 => Shape::Integer(0, u64::from(u32::MAX)),
            7 => Shape::Integer(0, u64::MAX),
            8 => Shape::Float,
            9 => Shape::Base64,
            10 => Shape::Time,
            11 => Shape::MicroTime,
            12 => Shape::Duration,
            13 => Shape::Quantity,
            14 => Shape::IntOrString,
            15 => Shape::Structure,
            16 => Shape::List,
            17 => Shape::Map,
            18 => Shape::SchemaOrBool,
            19 => Shape::SchemaOrArray,
            20 => Shape::SchemaOrStringArray,
            _ => Shape::Anything,
        }
    }

    /// What a list or map holds; of a JSON schema, the schema.
    #[inline]
    pub fn of(self) -> Type {
        let of = u16_at(self.row() + 2);
        if self.shape() == Shape::Structure { self } else { Type(of) }
    }

    /// The Go name of a structure: `PodSpec`; empty for anything else.
    pub fn name(self) -> &'static str {
        text_at(self.row() + 12)
    }

    /// The field of this name in any version, as it is in the newest version that has it.
    #[inline]
    pub fn any_field(self, name: &str) -> Option<TypeField> {
        let row = self.row();
        let (bits, seed) = (u8_at(row + 1), u16_at(row + 6));
        if bits == 0 {
            return None;
        }
        let slots = SLOTS + u32_at(row + 8) as usize;
        let number = u8_at(slots + slot(spread(name), seed, bits)).checked_sub(1)?;
        let field = FIELDS + 8 * (usize::from(u16_at(row + 2)) + usize::from(number));
        (bytes_at(field) == name.as_bytes()).then_some(TypeField { row: field, number })
    }

    /// The field of this name in a minor version.
    #[inline]
    pub fn field(self, name: &str, minor: u8) -> Option<TypeField> {
        let mut field = self.any_field(name)?;
        let end = u16_at(self.row() + 4);
        while !field.is_in(minor) {
            // The same field as older versions have it follows.
            field = TypeField { row: field.row + 8, number: field.number + 1 };
            if u16::from(field.number) >= end || bytes_at(field.row) != name.as_bytes() {
                return None;
            }
        }
        Some(field)
    }

    /// The fields of a structure in any version, by name.
    pub fn fields(self) -> impl Iterator<Item = TypeField> {
        let row = self.row();
        let count = if self.shape() == Shape::Structure { u16_at(row + 4) } else { 0 };
        let first = FIELDS + 8 * usize::from(u16_at(row + 2));
        (0..count).map(move |number| TypeField { row: first + 8 * usize::from(number), number: number as u8 })
    }
}

impl TypeField {
    /// Its name.
    pub fn name(self) -> &'static str {
        text_at(self.row)
    }

    /// The type of its value.
    #[inline]
    pub fn of(self) -> Type {
        Type(u16_at(self.row + 4))
    }

    /// The minor version since which it is there; 0 when it always was.
    pub fn since(self) -> u8 {
        u8_at(self.row + 6)
    }

    /// The first minor version that lacks it; 255 when the newest has it.
    pub fn until(self) -> u8 {
        u8_at(self.row + 7)
    }

    /// Whether a minor version has it.
    #[inline]
    pub fn is_in(self, minor: u8) -> bool {
        u8_at(self.row + 6) <= minor && minor < u8_at(self.row + 7)
    }
}

/// A kind in one of its versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownKind {
    row: usize,
}

impl KnownKind {
    /// The kind of this group and version, whichever Kubernetes version serves it.
    #[inline]
    pub fn find(group: &str, version: &str, kind: &str) -> Option<KnownKind> {
        KnownKind::of_name(kind).find(|known| {
            bytes_at(known.row + 4) == group.as_bytes() && bytes_at(known.row + 8) == version.as_bytes()
        })
    }

    /// Every group and version that has this kind, by group and version.
    #[inline]
    pub fn of_name(kind: &str) -> impl Iterator<Item = KnownKind> {
        let mut at = slot(spread(kind), 0, 10);
        let mut first = KIND_COUNT;
        for _ in 0..KIND_SLOTS {
            let Some(row) = usize::from(u16_at(KIND_TABLE + 2 * at)).checked_sub(1) else { break };
            if bytes_at(KINDS + 32 * row) == kind.as_bytes() {
                first = row;
                break;
            }
            at = (at + 1) % KIND_SLOTS;
        }
        (first..KIND_COUNT)
            .map(|row| KnownKind { row: KINDS + 32 * row })
            .take_while(move |known| bytes_at(known.row) == kind.as_bytes())
    }

    /// All kinds, by kind, group and version.
    pub fn all() -> impl Iterator<Item = KnownKind> {
        (0..KIND_COUNT).map(|row| KnownKind { row: KINDS + 32 * row })
    }

    /// Its name: `Deployment`.
    pub fn kind(self) -> &'static str {
        text_at(self.row)
    }

    /// Its group; empty for the core group.
    pub fn group(self) -> &'static str {
        text_at(self.row + 4)
    }

    /// Its version within the group.
    pub fn version(self) -> &'static str {
        text_at(self.row + 8)
    }

    /// How its objects are decoded.
    #[inline]
    pub fn of(self) -> Type {
        Type(u16_at(self.row + 12))
    }

    /// The minor version since which its Go type is there; 0 when it always was.
    pub fn since(self) -> u8 {
        u8_at(self.row + 14)
    }

    /// The first minor version that lacks its Go type; 255 when the newest has it.
    pub fn until(self) -> u8 {
        u8_at(self.row + 15)
    }

    /// The minor version that first served it; 0 when that is not said.
    pub fn introduced(self) -> u8 {
        u8_at(self.row + 16)
    }

    /// The minor version since which it is deprecated; 0 when it is not.
    pub fn deprecated(self) -> u8 {
        u8_at(self.row + 17)
    }

    /// The minor version from which on it is not served; 0 when none is said. It may lie in the future.
    pub fn removed(self) -> u8 {
        u8_at(self.row + 18)
    }

    /// Whether its objects live in namespaces.
    pub fn is_namespaced(self) -> bool {
        u8_at(self.row + 19) & 1 != 0
    }

    /// Whether it is a list of objects of another kind.
    pub fn is_list(self) -> bool {
        u8_at(self.row + 19) & 2 != 0
    }

    /// Group, version and kind to use instead, when Kubernetes names them.
    pub fn replacement(self) -> Option<(&'static str, &'static str, &'static str)> {
        let (group, version, kind) = (text_at(self.row + 20), text_at(self.row + 24), text_at(self.row + 28));
        (!kind.is_empty()).then_some((group, version, kind))
    }

    /// The first minor version that serves it; 0 when it always was there.
    #[inline]
    pub fn begin(self) -> u8 {
        if self.since() == 0 { self.introduced() } else { self.since().max(self.introduced()) }
    }

    /// The first minor version that no longer serves it; 255 when that is not known.
    #[inline]
    pub fn end(self) -> u8 {
        if self.removed() == 0 { self.until() } else { self.until().min(self.removed()) }
    }

    /// Whether a minor version serves it (alpha and beta versions: when they are switched on).
    #[inline]
    pub fn is_served(self, minor: u8) -> bool {
        self.begin() <= minor && minor < self.end()
    }

    /// The minor version nearest to this one that has its type.
    pub fn nearest_typed(self, minor: u8) -> u8 {
        minor.max(self.since()).min(self.until() - 1)
    }
}

/// Whether a group is one of Kubernetes' own.
pub fn is_known_group(group: &str) -> bool {
    KnownKind::all().any(|known| known.group() == group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_field_and_every_kind() {
        for number in 0..NODE_COUNT as u16 {
            let known = Type(number);
            for field in known.fields() {
                let found = known.any_field(field.name()).unwrap();
                assert_eq!(found.name(), field.name());
                let minor = field.since().max(24);
                assert_eq!(
                    known.field(field.name(), minor),
                    Some(field),
                    "{}.{}",
                    known.name(),
                    field.name()
                );
                assert!(usize::from(field.of().0) < NODE_COUNT);
            }
            assert!(known.any_field("notAField").is_none());
        }
        for known in KnownKind::all() {
            assert_eq!(KnownKind::find(known.group(), known.version(), known.kind()), Some(known));
            assert_eq!(known.of().name(), known.kind());
        }
        assert!(KnownKind::find("apps", "v1", "Deploiment").is_none());
        assert!(is_known_group("") && is_known_group("batch") && !is_known_group("example.com"));
    }

    #[test]
    fn knows_when_things_were_there() {
        let find = |group, version, kind| KnownKind::find(group, version, kind).unwrap();
        let served = |known: KnownKind| (24..=37).filter(|minor| known.is_served(*minor)).collect::<Vec<_>>();
        assert_eq!(served(find("apps", "v1", "Deployment")), (24..=37).collect::<Vec<_>>());
        assert_eq!(served(find("batch", "v1beta1", "CronJob")), [24]);
        assert_eq!(served(find("extensions", "v1beta1", "Ingress")), [0u8; 0]);
        assert_eq!(find("policy", "v1beta1", "PodDisruptionBudget").removed(), 25);
        let cron = find("batch", "v1beta1", "CronJob");
        assert_eq!(cron.replacement(), Some(("batch", "v1", "CronJob")));
        let pod = find("", "v1", "Pod").of().any_field("spec").unwrap().of();
        assert!(pod.field("resources", 37).is_some() && pod.field("resources", 24).is_none());
        assert_eq!(pod.field("containers", 24).unwrap().of().of().name(), "Container");
        assert!(!find("", "v1", "Node").is_namespaced() && find("", "v1", "Pod").is_namespaced());
        for minor in 24..=37 {
            let count = KnownKind::all().filter(|known| known.is_served(minor)).count();
            assert!(count > 100, "1.{minor} has only {count} kinds");
        }
    }
}
