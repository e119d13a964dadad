//! All functions that expressions in Kubernetes may call: CEL's own, those of its extensions that Kubernetes takes
//! (strings 2, lists 3, sets, optional types, comprehensions with two variables), and Kubernetes' (lists, regular
//! expressions, URLs, quantities, addresses, formats, versions, authorization).

use super::types::{Opaque, Type};

/// A type in a declaration; `A` and `B` stand for any.
#[derive(Debug)]
pub(super) enum T {
    Dyn,
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Duration,
    Timestamp,
    Type,
    A,
    B,
    List(&'static T),
    Map(&'static T, &'static T),
    Optional(&'static T),
    Op(Opaque),
}

/// One way to call a function.
#[derive(Debug)]
pub(super) struct Overload {
    pub(super) id: &'static str,
    /// Whether the first argument is the one before the dot.
    pub(super) member: bool,
    pub(super) args: &'static [T],
    pub(super) result: T,
}

impl T {
    /// The type, with these for `A` and `B`.
    pub(super) fn with(&self, a: &Type, b: &Type) -> Type {
        match self {
            T::Dyn => Type::Dyn,
            T::Bool => Type::Bool,
            T::Int => Type::Int,
            T::Uint => Type::Uint,
            T::Double => Type::Double,
            T::Text => Type::Text,
            T::Bytes => Type::Bytes,
            T::Duration => Type::Duration,
            T::Timestamp => Type::Timestamp,
            T::Type => Type::Type,
            T::A => a.clone(),
            T::B => b.clone(),
            T::List(of) => Type::list(of.with(a, b)),
            T::Map(key, value) => Type::map(key.with(a, b), value.with(a, b)),
            T::Optional(of) => Type::optional(of.with(a, b)),
            T::Op(opaque) => Type::Opaque(*opaque),
        }
    }
}

const fn g(id: &'static str, args: &'static [T], result: T) -> Overload {
    Overload { id, member: false, args, result }
}

const fn m(id: &'static str, args: &'static [T], result: T) -> Overload {
    Overload { id, member: true, args, result }
}

const URL: T = T::Op(Opaque::Url);
const IP: T = T::Op(Opaque::Ip);
const CIDR: T = T::Op(Opaque::Cidr);
const QUANTITY: T = T::Op(Opaque::Quantity);
const FORMAT: T = T::Op(Opaque::Format);
const SEMVER: T = T::Op(Opaque::Semver);
const AUTHORIZER: T = T::Op(Opaque::Authorizer);
const PATH_CHECK: T = T::Op(Opaque::PathCheck);
const GROUP_CHECK: T = T::Op(Opaque::GroupCheck);
const RESOURCE_CHECK: T = T::Op(Opaque::ResourceCheck);
const DECISION: T = T::Op(Opaque::Decision);
const LIST_A: T = T::List(&T::A);
const MAP_AB: T = T::Map(&T::A, &T::B);
const OPT_A: T = T::Optional(&T::A);
const TEXTS: T = T::List(&T::Text);

/// The ways to compare: texts, bytes, numbers of any kind, times.
macro_rules! comparisons {
    ($bool:literal, $string:literal, $bytes:literal, $number:literal, $time:literal) => {
        &[
            g($bool, &[T::Bool, T::Bool], T::Bool),
            g($number, &[T::Int, T::Int], T::Bool),
            g($number, &[T::Int, T::Double], T::Bool),
            g($number, &[T::Int, T::Uint], T::Bool),
            g($number, &[T::Uint, T::Uint], T::Bool),
            g($number, &[T::Uint, T::Double], T::Bool),
            g($number, &[T::Uint, T::Int], T::Bool),
            g($number, &[T::Double, T::Double], T::Bool),
            g($number, &[T::Double, T::Int], T::Bool),
            g($number, &[T::Double, T::Uint], T::Bool),
            g($string, &[T::Text, T::Text], T::Bool),
            g($bytes, &[T::Bytes, T::Bytes], T::Bool),
            g($time, &[T::Timestamp, T::Timestamp], T::Bool),
            g($time, &[T::Duration, T::Duration], T::Bool),
        ]
    };
}

/// A field of a time, with and without a time zone.
macro_rules! clock {
    ($plain:literal, $zone:literal) => {
        &[m($plain, &[T::Timestamp], T::Int), m($zone, &[T::Timestamp, T::Text], T::Int)]
    };
    ($plain:literal, $zone:literal, $duration:literal) => {
        &[
            m($plain, &[T::Timestamp], T::Int),
            m($zone, &[T::Timestamp, T::Text], T::Int),
            m($duration, &[T::Duration], T::Int),
        ]
    };
}

/// A member of lists of things that can be compared.
macro_rules! of_comparables {
    ($id:literal, $result:ident) => {
        &[
            m($id, &[T::List(&T::Int)], of_comparables!(@ $result Int)),
            m($id, &[T::List(&T::Uint)], of_comparables!(@ $result Uint)),
            m($id, &[T::List(&T::Double)], of_comparables!(@ $result Double)),
            m($id, &[T::List(&T::Bool)], of_comparables!(@ $result Bool)),
            m($id, &[T::List(&T::Duration)], of_comparables!(@ $result Duration)),
            m($id, &[T::List(&T::Timestamp)], of_comparables!(@ $result Timestamp)),
            m($id, &[T::List(&T::Text)], of_comparables!(@ $result Text)),
            m($id, &[T::List(&T::Bytes)], of_comparables!(@ $result Bytes)),
        ]
    };
    (@ same $t:ident) => { T::$t };
    (@ bool $t:ident) => { T::Bool };
    (@ list $t:ident) => { T::List(&T::$t) };
}

macro_rules! by_keys {
    ($($t:ident),*) => {
        &[$(m("list_sortByAssociatedKeys", &[LIST_A, T::List(&T::$t)], LIST_A)),*]
    };
}

const IS_IP: &[Overload] = &[m("ip_is", &[IP], T::Bool)];
const URL_PART: &[Overload] = &[m("url_part", &[URL], T::Text)];
const NAMED_FORMAT: &[Overload] = &[g("format", &[], FORMAT)];
const SETS: &[Overload] = &[g("list_sets", &[LIST_A, LIST_A], T::Bool)];
const RESOURCE_TO_RESOURCE: &[Overload] = &[m("resourcecheck", &[RESOURCE_CHECK, T::Text], RESOURCE_CHECK)];

/// Sorted by name.
pub(super) static FUNCTIONS: &[(&str, &[Overload])] = &[
    ("!_", &[g("logical_not", &[T::Bool], T::Bool)]),
    ("-_", &[g("negate_int64", &[T::Int], T::Int), g("negate_double", &[T::Double], T::Double)]),
    ("@in", &[g("in_list", &[T::A, LIST_A], T::Bool), g("in_map", &[T::A, MAP_AB], T::Bool)]),
    ("@not_strictly_false", &[g("not_strictly_false", &[T::Bool], T::Bool)]),
    ("@sortByAssociatedKeys", by_keys!(Int, Uint, Double, Bool, Duration, Timestamp, Text, Bytes)),
    ("_!=_", &[g("not_equals", &[T::A, T::A], T::Bool)]),
    (
        "_%_",
        &[g("modulo_int64", &[T::Int, T::Int], T::Int), g("modulo_uint64", &[T::Uint, T::Uint], T::Uint)],
    ),
    ("_&&_", &[g("logical_and", &[T::Bool, T::Bool], T::Bool)]),
    (
        "_*_",
        &[
            g("multiply_double", &[T::Double, T::Double], T::Double),
            g("multiply_int64", &[T::Int, T::Int], T::Int),
            g("multiply_uint64", &[T::Uint, T::Uint], T::Uint),
        ],
    ),
    (
        "_+_",
        &[
            g("add_bytes", &[T::Bytes, T::Bytes], T::Bytes),
            g("add_double", &[T::Double, T::Double], T::Double),
            g("add_duration_duration", &[T::Duration, T::Duration], T::Duration),
            g("add_duration_timestamp", &[T::Duration, T::Timestamp], T::Timestamp),
            g("add_timestamp_duration", &[T::Timestamp, T::Duration], T::Timestamp),
            g("add_int64", &[T::Int, T::Int], T::Int),
            g("add_list", &[LIST_A, LIST_A], LIST_A),
            g("add_string", &[T::Text, T::Text], T::Text),
            g("add_uint64", &[T::Uint, T::Uint], T::Uint),
        ],
    ),
    (
        "_-_",
        &[
            g("subtract_double", &[T::Double, T::Double], T::Double),
            g("subtract_duration_duration", &[T::Duration, T::Duration], T::Duration),
            g("subtract_int64", &[T::Int, T::Int], T::Int),
            g("subtract_timestamp_duration", &[T::Timestamp, T::Duration], T::Timestamp),
            g("subtract_timestamp_timestamp", &[T::Timestamp, T::Timestamp], T::Duration),
            g("subtract_uint64", &[T::Uint, T::Uint], T::Uint),
        ],
    ),
    (
        "_/_",
        &[
            g("divide_double", &[T::Double, T::Double], T::Double),
            g("divide_int64", &[T::Int, T::Int], T::Int),
            g("divide_uint64", &[T::Uint, T::Uint], T::Uint),
        ],
    ),
    (
        "_<=_",
        comparisons!(
            "less_equals_bool",
            "less_equals_string",
            "less_equals_bytes",
            "less_equals_number",
            "less_equals_time"
        ),
    ),
    ("_<_", comparisons!("less_bool", "less_string", "less_bytes", "less_number", "less_time")),
    ("_==_", &[g("equals", &[T::A, T::A], T::Bool)]),
    (
        "_>=_",
        comparisons!(
            "greater_equals_bool",
            "greater_equals_string",
            "greater_equals_bytes",
            "greater_equals_number",
            "greater_equals_time"
        ),
    ),
    (
        "_>_",
        comparisons!("greater_bool", "greater_string", "greater_bytes", "greater_number", "greater_time"),
    ),
    ("_?_:_", &[g("conditional", &[T::Bool, T::A, T::A], T::A)]),
    (
        "_[?_]",
        &[
            g("list_optindex_optional_int", &[LIST_A, T::Int], OPT_A),
            g("optional_list_optindex_optional_int", &[T::Optional(&LIST_A), T::Int], OPT_A),
            g("map_optindex_optional_value", &[MAP_AB, T::A], T::Optional(&T::B)),
            g("optional_map_optindex_optional_value", &[T::Optional(&MAP_AB), T::A], T::Optional(&T::B)),
        ],
    ),
    (
        "_[_]",
        &[
            g("index_list", &[LIST_A, T::Int], T::A),
            g("index_map", &[MAP_AB, T::A], T::B),
            g("optional_list_index_int", &[T::Optional(&LIST_A), T::Int], OPT_A),
            g("optional_map_index_value", &[T::Optional(&MAP_AB), T::A], T::Optional(&T::B)),
        ],
    ),
    ("_||_", &[g("logical_or", &[T::Bool, T::Bool], T::Bool)]),
    (
        "add",
        &[
            m("quantity_add", &[QUANTITY, QUANTITY], QUANTITY),
            m("quantity_add_int", &[QUANTITY, T::Int], QUANTITY),
        ],
    ),
    ("allowed", &[m("decision_allowed", &[DECISION], T::Bool)]),
    ("asApproximateFloat", &[m("quantity_get_float", &[QUANTITY], T::Double)]),
    ("asInteger", &[m("quantity_get_int", &[QUANTITY], T::Int)]),
    ("bool", &[g("bool_to_bool", &[T::Bool], T::Bool), g("string_to_bool", &[T::Text], T::Bool)]),
    ("bytes", &[g("bytes_to_bytes", &[T::Bytes], T::Bytes), g("string_to_bytes", &[T::Text], T::Bytes)]),
    (
        "cel.@mapInsert",
        &[
            g("map_insert_key_value", &[MAP_AB, T::A, T::B], MAP_AB),
            g("map_insert_map", &[MAP_AB, MAP_AB], MAP_AB),
        ],
    ),
    ("charAt", &[m("string_char_at_int", &[T::Text, T::Int], T::Text)]),
    (
        "check",
        &[
            m("pathcheck_check", &[PATH_CHECK, T::Text], DECISION),
            m("resourcecheck_check", &[RESOURCE_CHECK, T::Text], DECISION),
        ],
    ),
    ("cidr", &[g("string_to_cidr", &[T::Text], CIDR)]),
    (
        "compareTo",
        &[
            m("quantity_compare_to", &[QUANTITY, QUANTITY], T::Int),
            m("semver_compare_to", &[SEMVER, SEMVER], T::Int),
        ],
    ),
    ("contains", &[m("contains_string", &[T::Text, T::Text], T::Bool)]),
    (
        "containsCIDR",
        &[
            m("cidr_contains_cidr_string", &[CIDR, T::Text], T::Bool),
            m("cidr_contains_cidr", &[CIDR, CIDR], T::Bool),
        ],
    ),
    (
        "containsIP",
        &[
            m("cidr_contains_ip_string", &[CIDR, T::Text], T::Bool),
            m("cidr_contains_ip_ip", &[CIDR, IP], T::Bool),
        ],
    ),
    ("distinct", &[m("list_distinct", &[LIST_A], LIST_A)]),
    (
        "double",
        &[
            g("double_to_double", &[T::Double], T::Double),
            g("int64_to_double", &[T::Int], T::Double),
            g("string_to_double", &[T::Text], T::Double),
            g("uint64_to_double", &[T::Uint], T::Double),
        ],
    ),
    (
        "duration",
        &[
            g("duration_to_duration", &[T::Duration], T::Duration),
            g("string_to_duration", &[T::Text], T::Duration),
        ],
    ),
    ("dyn", &[g("to_dyn", &[T::A], T::Dyn)]),
    ("endsWith", &[m("ends_with_string", &[T::Text, T::Text], T::Bool)]),
    ("error", &[m("decision_error", &[DECISION], T::Text)]),
    ("errored", &[m("decision_errored", &[DECISION], T::Bool)]),
    ("family", &[m("ip_family", &[IP], T::Int)]),
    ("fieldSelector", RESOURCE_TO_RESOURCE),
    ("find", &[m("string_find_string", &[T::Text, T::Text], T::Text)]),
    (
        "findAll",
        &[
            m("string_find_all_string", &[T::Text, T::Text], TEXTS),
            m("string_find_all_string_int", &[T::Text, T::Text, T::Int], TEXTS),
        ],
    ),
    ("first", &[m("list_first", &[LIST_A], OPT_A)]),
    (
        "flatten",
        &[
            m("list_flatten", &[T::List(&LIST_A)], LIST_A),
            m("list_flatten_int", &[T::List(&T::Dyn), T::Int], T::List(&T::Dyn)),
        ],
    ),
    ("format", &[m("string_format", &[T::Text, T::List(&T::Dyn)], T::Text)]),
    ("format.byte", NAMED_FORMAT),
    ("format.date", NAMED_FORMAT),
    ("format.datetime", NAMED_FORMAT),
    ("format.dns1035Label", NAMED_FORMAT),
    ("format.dns1035LabelPrefix", NAMED_FORMAT),
    ("format.dns1123Label", NAMED_FORMAT),
    ("format.dns1123LabelPrefix", NAMED_FORMAT),
    ("format.dns1123Subdomain", NAMED_FORMAT),
    ("format.dns1123SubdomainPrefix", NAMED_FORMAT),
    ("format.labelValue", NAMED_FORMAT),
    ("format.named", &[g("format-named", &[T::Text], T::Optional(&FORMAT))]),
    ("format.qualifiedName", NAMED_FORMAT),
    ("format.uri", NAMED_FORMAT),
    ("format.uuid", NAMED_FORMAT),
    ("getDate", clock!("timestamp_to_day_of_month_1_based", "timestamp_to_day_of_month_1_based_with_tz")),
    ("getDayOfMonth", clock!("timestamp_to_day_of_month", "timestamp_to_day_of_month_with_tz")),
    ("getDayOfWeek", clock!("timestamp_to_day_of_week", "timestamp_to_day_of_week_with_tz")),
    ("getDayOfYear", clock!("timestamp_to_day_of_year", "timestamp_to_day_of_year_with_tz")),
    ("getEscapedPath", URL_PART),
    ("getFullYear", clock!("timestamp_to_year", "timestamp_to_year_with_tz")),
    ("getHost", URL_PART),
    ("getHostname", URL_PART),
    ("getHours", clock!("timestamp_to_hours", "timestamp_to_hours_with_tz", "duration_to_hours")),
    (
        "getMilliseconds",
        clock!("timestamp_to_milliseconds", "timestamp_to_milliseconds_with_tz", "duration_to_milliseconds"),
    ),
    ("getMinutes", clock!("timestamp_to_minutes", "timestamp_to_minutes_with_tz", "duration_to_minutes")),
    ("getMonth", clock!("timestamp_to_month", "timestamp_to_month_with_tz")),
    ("getPort", URL_PART),
    ("getQuery", &[m("url_get_query", &[URL], T::Map(&T::Text, &TEXTS))]),
    ("getScheme", URL_PART),
    ("getSeconds", clock!("timestamp_to_seconds", "timestamp_to_seconds_tz", "duration_to_seconds")),
    ("group", &[m("authorizer_group", &[AUTHORIZER, T::Text], GROUP_CHECK)]),
    ("hasValue", &[m("optional_hasValue", &[OPT_A], T::Bool)]),
    (
        "indexOf",
        &[
            m("string_index_of_string", &[T::Text, T::Text], T::Int),
            m("string_index_of_string_int", &[T::Text, T::Text, T::Int], T::Int),
            m("list_a_index_of_int", &[LIST_A, T::A], T::Int),
        ],
    ),
    (
        "int",
        &[
            g("int64_to_int64", &[T::Int], T::Int),
            g("double_to_int64", &[T::Double], T::Int),
            g("duration_to_int64", &[T::Duration], T::Int),
            g("string_to_int64", &[T::Text], T::Int),
            g("timestamp_to_int64", &[T::Timestamp], T::Int),
            g("uint64_to_int64", &[T::Uint], T::Int),
        ],
    ),
    ("ip", &[g("string_to_ip", &[T::Text], IP), m("cidr_ip", &[CIDR], IP)]),
    ("ip.isCanonical", &[g("ip_is_canonical", &[T::Text], T::Bool)]),
    ("isCIDR", &[g("is_cidr", &[T::Text], T::Bool)]),
    ("isGlobalUnicast", IS_IP),
    (
        "isGreaterThan",
        &[
            m("quantity_is_greater_than", &[QUANTITY, QUANTITY], T::Bool),
            m("semver_is_greater_than", &[SEMVER, SEMVER], T::Bool),
        ],
    ),
    ("isIP", &[g("is_ip", &[T::Text], T::Bool)]),
    ("isInteger", &[m("quantity_is_integer", &[QUANTITY], T::Bool)]),
    (
        "isLessThan",
        &[
            m("quantity_is_less_than", &[QUANTITY, QUANTITY], T::Bool),
            m("semver_is_less_than", &[SEMVER, SEMVER], T::Bool),
        ],
    ),
    ("isLinkLocalMulticast", IS_IP),
    ("isLinkLocalUnicast", IS_IP),
    ("isLoopback", IS_IP),
    ("isQuantity", &[g("is_quantity_string", &[T::Text], T::Bool)]),
    (
        "isSemver",
        &[
            g("is_semver_string", &[T::Text], T::Bool),
            g("is_semver_string_bool", &[T::Text, T::Bool], T::Bool),
        ],
    ),
    ("isSorted", of_comparables!("list_is_sorted_bool", bool)),
    ("isURL", &[g("is_url_string", &[T::Text], T::Bool)]),
    ("isUnspecified", IS_IP),
    ("join", &[m("list_join", &[TEXTS], T::Text), m("list_join_string", &[TEXTS, T::Text], T::Text)]),
    ("jsonpatch.escapeKey", &[g("string_escape_key", &[T::Text], T::Text)]),
    ("labelSelector", RESOURCE_TO_RESOURCE),
    ("last", &[m("list_last", &[LIST_A], OPT_A)]),
    (
        "lastIndexOf",
        &[
            m("string_last_index_of_string", &[T::Text, T::Text], T::Int),
            m("string_last_index_of_string_int", &[T::Text, T::Text, T::Int], T::Int),
            m("list_a_last_index_of_int", &[LIST_A, T::A], T::Int),
        ],
    ),
    ("lists.range", &[g("lists_range", &[T::Int], T::List(&T::Int))]),
    ("lowerAscii", &[m("string_lower_ascii", &[T::Text], T::Text)]),
    ("major", &[m("semver_major", &[SEMVER], T::Int)]),
    ("masked", &[m("cidr_masked", &[CIDR], CIDR)]),
    (
        "matches",
        &[g("matches", &[T::Text, T::Text], T::Bool), m("matches_string", &[T::Text, T::Text], T::Bool)],
    ),
    ("max", of_comparables!("list_max", same)),
    ("min", of_comparables!("list_min", same)),
    ("minor", &[m("semver_minor", &[SEMVER], T::Int)]),
    ("name", RESOURCE_TO_RESOURCE),
    ("namespace", RESOURCE_TO_RESOURCE),
    ("optional.none", &[g("optional_none", &[], OPT_A)]),
    ("optional.of", &[g("optional_of", &[T::A], OPT_A)]),
    ("optional.ofNonZeroValue", &[g("optional_ofNonZeroValue", &[T::A], OPT_A)]),
    ("optional.unwrap", &[g("optional_unwrap", &[T::List(&OPT_A)], LIST_A)]),
    ("or", &[m("optional_or_optional", &[OPT_A, OPT_A], OPT_A)]),
    ("orValue", &[m("optional_orValue_value", &[OPT_A, T::A], T::A)]),
    ("patch", &[m("semver_patch", &[SEMVER], T::Int)]),
    ("path", &[m("authorizer_path", &[AUTHORIZER, T::Text], PATH_CHECK)]),
    ("prefixLength", &[m("cidr_prefix_length", &[CIDR], T::Int)]),
    ("quantity", &[g("string_to_quantity", &[T::Text], QUANTITY)]),
    ("reason", &[m("decision_reason", &[DECISION], T::Text)]),
    (
        "replace",
        &[
            m("string_replace_string_string", &[T::Text, T::Text, T::Text], T::Text),
            m("string_replace_string_string_int", &[T::Text, T::Text, T::Text, T::Int], T::Text),
        ],
    ),
    ("resource", &[m("groupcheck_resource", &[GROUP_CHECK, T::Text], RESOURCE_CHECK)]),
    ("reverse", &[m("list_reverse", &[LIST_A], LIST_A)]),
    (
        "semver",
        &[g("string_to_semver", &[T::Text], SEMVER), g("string_bool_to_semver", &[T::Text, T::Bool], SEMVER)],
    ),
    ("serviceAccount", &[m("authorizer_serviceaccount", &[AUTHORIZER, T::Text, T::Text], AUTHORIZER)]),
    ("sets.contains", SETS),
    ("sets.equivalent", SETS),
    ("sets.intersects", SETS),
    ("sign", &[g("quantity_sign", &[QUANTITY], T::Int)]),
    (
        "size",
        &[
            g("size_bytes", &[T::Bytes], T::Int),
            m("bytes_size", &[T::Bytes], T::Int),
            g("size_list", &[LIST_A], T::Int),
            m("list_size", &[LIST_A], T::Int),
            g("size_map", &[MAP_AB], T::Int),
            m("map_size", &[MAP_AB], T::Int),
            g("size_string", &[T::Text], T::Int),
            m("string_size", &[T::Text], T::Int),
        ],
    ),
    ("slice", &[m("list_slice", &[LIST_A, T::Int, T::Int], LIST_A)]),
    ("sort", of_comparables!("list_sort", list)),
    (
        "split",
        &[
            m("string_split_string", &[T::Text, T::Text], TEXTS),
            m("string_split_string_int", &[T::Text, T::Text, T::Int], TEXTS),
        ],
    ),
    ("startsWith", &[m("starts_with_string", &[T::Text, T::Text], T::Bool)]),
    (
        "string",
        &[
            g("string_to_string", &[T::Text], T::Text),
            g("bool_to_string", &[T::Bool], T::Text),
            g("bytes_to_string", &[T::Bytes], T::Text),
            g("double_to_string", &[T::Double], T::Text),
            g("duration_to_string", &[T::Duration], T::Text),
            g("int64_to_string", &[T::Int], T::Text),
            g("timestamp_to_string", &[T::Timestamp], T::Text),
            g("uint64_to_string", &[T::Uint], T::Text),
            g("ip_to_string", &[IP], T::Text),
            g("cidr_to_string", &[CIDR], T::Text),
        ],
    ),
    ("strings.quote", &[g("strings_quote", &[T::Text], T::Text)]),
    (
        "sub",
        &[
            m("quantity_sub", &[QUANTITY, QUANTITY], QUANTITY),
            m("quantity_sub_int", &[QUANTITY, T::Int], QUANTITY),
        ],
    ),
    ("subresource", RESOURCE_TO_RESOURCE),
    (
        "substring",
        &[
            m("string_substring_int", &[T::Text, T::Int], T::Text),
            m("string_substring_int_int", &[T::Text, T::Int, T::Int], T::Text),
        ],
    ),
    (
        "sum",
        &[
            m("list_sum", &[T::List(&T::Int)], T::Int),
            m("list_sum", &[T::List(&T::Uint)], T::Uint),
            m("list_sum", &[T::List(&T::Double)], T::Double),
            m("list_sum", &[T::List(&T::Duration)], T::Duration),
        ],
    ),
    (
        "timestamp",
        &[
            g("timestamp_to_timestamp", &[T::Timestamp], T::Timestamp),
            g("int64_to_timestamp", &[T::Int], T::Timestamp),
            g("string_to_timestamp", &[T::Text], T::Timestamp),
        ],
    ),
    ("trim", &[m("string_trim", &[T::Text], T::Text)]),
    ("type", &[g("type", &[T::A], T::Type)]),
    (
        "uint",
        &[
            g("uint64_to_uint64", &[T::Uint], T::Uint),
            g("double_to_uint64", &[T::Double], T::Uint),
            g("int64_to_uint64", &[T::Int], T::Uint),
            g("string_to_uint64", &[T::Text], T::Uint),
        ],
    ),
    ("unwrapOpt", &[m("optional_unwrapOpt", &[T::List(&OPT_A)], LIST_A)]),
    ("upperAscii", &[m("string_upper_ascii", &[T::Text], T::Text)]),
    ("url", &[g("string_to_url", &[T::Text], URL)]),
    ("validate", &[m("format-validate", &[FORMAT, T::Text], T::Optional(&TEXTS))]),
    ("value", &[m("optional_value", &[OPT_A], T::A)]),
];

/// The ways to call the function of this name.
pub(super) fn function(name: &str) -> Option<(&'static str, &'static [Overload])> {
    let found = FUNCTIONS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    let (name, overloads) = FUNCTIONS[found];
    Some((name, overloads))
}

#[cfg(test)]
mod tests {
    #[test]
    fn functions_are_sorted() {
        assert!(super::FUNCTIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
