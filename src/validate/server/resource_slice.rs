//! ResourceSlice and DeviceTaintRule: what drivers say of their devices.

use super::device_claim::qualified_attribute;
use super::format;
use super::lease::semantic;
use super::pod::affinity::check_node_selector;
use super::pod::volume_sources::csi_driver_name;
use super::report::Report;
use crate::kubernetes::Quantity;
use crate::validate::{At, Finding};

const WAYS: &str = "there must be one of `nodeName`, `nodeSelector`, `allNodes` and `perDeviceNodeSelection`";
const MOST_DEVICES: usize = 128;
const MOST_DEVICES_WITH_MORE: usize = 64;
const MOST_ATTRIBUTES: usize = 32;
const MOST_TAINTS: usize = 16;
const MOST_COUNTER_SETS: usize = 8;
const MOST_COUNTERS: usize = 32;

/// Mirrors `ValidateResourceSlice`, `validateResourceSliceSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let driver = spec.field("driver");
    csi_driver_name(&driver, findings);
    if driver.text().bytes().any(|byte| byte.is_ascii_uppercase()) {
        findings.warns(&driver, "names of drivers should have no capitals");
    }
    check_pool(&spec.field("pool"), findings);
    let each = spec.field("perDeviceNodeSelection");
    let mut ways = check_nodes(&spec, findings);
    check_true(&each, &mut ways, findings);
    let selector = spec.field("nodeSelector");
    let terms = selector.field("nodeSelectorTerms");
    if selector.is_there() && terms.len() != 1 {
        findings.invalid(&terms, "must have exactly one term");
    }
    match ways {
        0 => findings.required(&spec, WAYS),
        1 => {}
        _ => findings.invalid(&spec, WAYS),
    }
    let (devices, counters) = (spec.field("devices"), spec.field("sharedCounters"));
    if devices.is_there() && counters.is_there() {
        findings.invalid(&spec, "may have `sharedCounters` or `devices`, not both");
    }
    check_counter_sets(&counters, findings);
    let has_more = devices.items().any(|device| {
        let device = basic(&device);
        !device.field("taints").is_empty() || !device.field("consumesCounters").is_empty()
    });
    let most = if has_more { MOST_DEVICES_WITH_MORE } else { MOST_DEVICES };
    if devices.len() > most {
        findings.too_many(&devices, most);
        return;
    }
    for (number, device) in devices.items().enumerate() {
        let name = device.field("name");
        findings.format(&name, format::dns_label(name.text()));
        check_device(&basic(&device), each.boolean() == Some(true), findings);
        if devices.items().take(number).any(|before| before.field("name").text() == name.text()) {
            findings.duplicate(&device);
        }
    }
    // `partitionTypeAttribute` is dropped: DRAPartitionableDevicesType is off.
}

/// The first beta has what a device is in `basic`.
fn basic<'a>(device: &'a At<'a>) -> At<'a> {
    let inner = device.field("basic");
    if inner.is_there() { inner.told_at(device.path) } else { *device }
}

/// Mirrors `validateResourcePool`, `validatePoolName`
fn check_pool(pool: &At<'_>, findings: &mut Vec<Finding>) {
    check_pool_name(&pool.field("name"), findings);
    let (count, generation) = (pool.field("resourceSliceCount"), pool.field("generation"));
    if count.integer().unwrap_or(0) <= 0 {
        findings.invalid(&count, "must be greater than 0");
    }
    findings.non_negative(&generation);
}

fn check_pool_name(name: &At<'_>, findings: &mut Vec<Finding>) {
    if name.text().is_empty() {
        findings.required(name, "");
    } else if name.text().len() > 253 {
        findings.too_long(name, 253);
    } else if name.text().split('/').any(|part| format::dns_subdomain(part).is_err()) {
        findings.invalid(name, "must be DNS subdomains with `/` between them");
    }
}

fn check_true(at: &At<'_>, ways: &mut usize, findings: &mut Vec<Finding>) {
    match at.boolean() {
        Some(true) => *ways += 1,
        Some(false) => findings.invalid(at, "must be true or not given"),
        None => {}
    }
}

/// How many ways to name nodes are used.
///
/// Mirrors `validateNodeName`
fn check_nodes(at: &At<'_>, findings: &mut Vec<Finding>) -> usize {
    let (name, selector) = (at.field("nodeName"), at.field("nodeSelector"));
    let mut ways = 0;
    if name.is_there() {
        if name.text().is_empty() {
            findings.invalid(&name, "must not be empty");
        } else {
            ways += 1;
            findings.format(&name, format::dns_subdomain(name.text()));
        }
    }
    if selector.is_there() {
        ways += 1;
        check_node_selector(&selector, findings);
    }
    check_true(&at.field("allNodes"), &mut ways, findings);
    ways
}

/// What a device waits for before pods may use it, and what tells that it failed.
///
/// Mirrors `validateDeviceBindingParameters`
fn check_conditions(device: &At<'_>, findings: &mut Vec<Finding>) {
    let (good, bad) = (device.field("bindingConditions"), device.field("bindingFailureConditions"));
    for list in [&good, &bad] {
        if list.len() > 4 {
            findings.too_many(list, 4);
            continue;
        }
        for (number, condition) in list.items().enumerate() {
            findings.format(&condition, format::qualified_name(condition.text()));
            if list.items().take(number).any(|before| before.text() == condition.text()) {
                findings.duplicate(&condition);
            }
        }
    }
    for condition in bad.items() {
        if good.items().any(|other| other.text() == condition.text()) {
            findings.invalid(&condition, "must not be among the `bindingConditions`");
        }
    }
    if good.is_empty() && !bad.is_empty() {
        findings.invalid(&good, "must go with `bindingFailureConditions`");
    } else if bad.is_empty() && !good.is_empty() {
        findings.invalid(&bad, "must go with `bindingConditions`");
    }
}

/// Mirrors `validateDevice`
fn check_device(device: &At<'_>, each: bool, findings: &mut Vec<Finding>) {
    let (attributes, capacity) = (device.field("attributes"), device.field("capacity"));
    if attributes.len() + capacity.len() > MOST_ATTRIBUTES {
        findings.invalid(device, "may have at most 32 attributes and capacities");
    }
    for (name, attribute) in attributes.entries() {
        if let Err(message) = qualified_attribute(name) {
            findings.invalid(&attributes, format!("the name `{name}`: {message}"));
        }
        check_attribute(&attribute, findings);
    }
    let shared = device.field("allowMultipleAllocations").boolean() == Some(true);
    for (name, amount) in capacity.entries() {
        if let Err(message) = qualified_attribute(name) {
            findings.invalid(&capacity, format!("the name `{name}`: {message}"));
        }
        check_capacity(&amount, shared, findings);
    }
    let taints = device.field("taints");
    if taints.len() > MOST_TAINTS {
        findings.too_many(&taints, MOST_TAINTS);
    } else {
        for taint in taints.items() {
            check_taint(&taint, findings);
        }
    }
    check_consumption(&device.field("consumesCounters"), findings);
    if each {
        let ways = "there must be one of `nodeName`, `nodeSelector` and `allNodes`";
        match check_nodes(device, findings) {
            0 => findings.required(device, ways),
            1 => {}
            _ => findings.invalid(device, ways),
        }
    } else if ["nodeName", "nodeSelector", "allNodes"].iter().any(|name| device.field(name).is_there()) {
        findings.invalid(device, "may name nodes only with `perDeviceNodeSelection`");
    }
    check_conditions(device, findings);
}

/// Mirrors `validateDeviceAttribute`, `validateDeviceAttributeStringValue`, `validateDeviceAttributeVersionValue`
fn check_attribute(attribute: &At<'_>, findings: &mut Vec<Finding>) {
    let kinds = ["bool", "int", "string", "version", "bools", "ints", "strings", "versions"];
    let count = kinds.iter().filter(|name| attribute.field(name).is_there()).count();
    if count != 1 {
        findings.invalid(attribute, "must have exactly one value");
    }
    for name in ["string", "version"] {
        let value = attribute.field(name);
        if name == "version" && value.is_there() && semantic(value.text()).is_none() {
            findings.invalid(&value, "must be a semantic version");
        }
        if value.text().len() > 64 {
            findings.too_long(&value, 64);
        }
    }
    for name in &kinds[4..] {
        let list = attribute.field(name);
        if list.is_there() && list.is_empty() {
            findings.invalid(&list, "must not be empty");
        }
    }
}

/// How much may be asked of a capacity.
///
/// Mirrors `validateSingleAllocatableDeviceCapacity`, `validateMultiAllocatableDeviceCapacity`,
/// `validateRequestPolicy`, `validateValidRequestValues`
fn check_capacity(capacity: &At<'_>, shared: bool, findings: &mut Vec<Finding>) {
    let policy = capacity.field("requestPolicy");
    if !policy.is_there() {
        return;
    }
    if !shared {
        findings.forbidden(&policy, "for devices with `allowMultipleAllocations`");
        return;
    }
    let (values, range, usual) =
        (policy.field("validValues"), policy.field("validRange"), policy.field("default"));
    if !values.is_empty() && range.is_there() {
        findings.forbidden(&policy, "may have `validValues` or `validRange`, not both");
        return;
    }
    if values.is_empty() && !range.is_there() {
        return;
    }
    let most = capacity.field("value").quantity().unwrap_or(Quantity::ZERO);
    match usual.quantity() {
        None => findings.required(&usual, "there are values to choose from"),
        Some(usual) if range.is_there() => check_range(&range, usual, most, findings),
        Some(usual) => check_values(&values, usual, most, findings),
    }
}

/// Mirrors `validateRequestPolicyValidValues`
fn check_values(values: &At<'_>, usual: Quantity, most: Quantity, findings: &mut Vec<Finding>) {
    let mut before: Option<Quantity> = None;
    let mut is_found = false;
    for (number, value) in values.items().enumerate() {
        let Some(amount) = value.quantity() else { continue };
        if before.is_some_and(|before| before > amount) {
            // The server blames the policy's own items here.
            findings.invalid(&value, "must not be less than the one before it");
        }
        if amount > most {
            findings.invalid(&value, "must not be more than the capacity");
        }
        if values.items().take(number).any(|before| before.quantity() == Some(amount)) {
            findings.duplicate(&value);
        }
        is_found |= amount == usual;
        before = Some(amount);
    }
    if values.len() > 10 {
        findings.too_many(values, 10);
    }
    if !is_found {
        findings.invalid(values, "must have the default");
    }
}

/// Mirrors `validateRequestPolicyRange`, `validateRequestPolicyRangeStep`, `validateInt64Range`
fn check_range(range: &At<'_>, usual: Quantity, most: Quantity, findings: &mut Vec<Finding>) {
    let (low_at, high_at, step_at) = (range.field("min"), range.field("max"), range.field("step"));
    let Some(low) = low_at.quantity() else {
        findings.required(&low_at, "a range begins somewhere");
        return;
    };
    let high = high_at.quantity();
    if low > most {
        findings.invalid(&low_at, "must not be more than the capacity");
    }
    if usual < low || high.is_some_and(|high| usual > high) {
        findings.invalid(&range.field("default"), "the default must lie within the range");
    }
    if high.is_some_and(|high| low > high || high > most) {
        findings.invalid(&high_at, "must lie between `min` and the capacity");
    }
    let Some(step) = step_at.quantity() else { return };
    if step <= Quantity::ZERO {
        findings.invalid(&step_at, "must be greater than 0");
    } else if low.plus(step) > most
        || !usual.is_steps_from(low, step)
        || high.is_some_and(|high| !high.is_steps_from(low, step))
    {
        findings.invalid(&step_at, "must lead from `min` to the default and to `max`, within the capacity");
    }
}

/// Mirrors `validateCounterSet`
fn check_counter_sets(sets: &At<'_>, findings: &mut Vec<Finding>) {
    if sets.len() > MOST_COUNTER_SETS {
        findings.too_many(sets, MOST_COUNTER_SETS);
        return;
    }
    for (number, set) in sets.items().enumerate() {
        let name = set.field("name");
        check_counters(&name, &set.field("counters"), findings);
        if sets.items().take(number).any(|before| before.field("name").text() == name.text()) {
            findings.duplicate(&set);
        }
    }
}

fn check_counters(name: &At<'_>, counters: &At<'_>, findings: &mut Vec<Finding>) {
    if name.text().is_empty() {
        findings.required(name, "");
    } else {
        findings.format(name, format::dns_label(name.text()));
    }
    if counters.is_empty() {
        findings.required(counters, "");
    } else if counters.len() > MOST_COUNTERS {
        findings.too_many(counters, MOST_COUNTERS);
    } else {
        for (key, _) in counters.entries() {
            if let Err(message) = format::dns_label(key) {
                findings.invalid(counters, format!("the name `{key}`: {message}"));
            }
        }
    }
}

/// Mirrors `validateDeviceCounterConsumption`
fn check_consumption(list: &At<'_>, findings: &mut Vec<Finding>) {
    if list.len() > 2 {
        findings.too_many(list, 2);
        return;
    }
    for (number, item) in list.items().enumerate() {
        let name = item.field("counterSet");
        check_counters(&name, &item.field("counters"), findings);
        if list.items().take(number).any(|before| before.field("counterSet").text() == name.text()) {
            findings.duplicate(&item);
        }
    }
}

/// Mirrors `validateDeviceTaint`
fn check_taint(taint: &At<'_>, findings: &mut Vec<Finding>) {
    let (key, value, effect) = (taint.field("key"), taint.field("value"), taint.field("effect"));
    findings.format(&key, format::qualified_name(key.text()));
    findings.format(&value, format::label_value(value.text()));
    if effect.text().is_empty() {
        findings.required(&effect, "");
    } else {
        findings.one_of(&effect, &["NoExecute", "NoSchedule", "None"]);
    }
}

/// Mirrors `ValidateDeviceTaintRule`, `validateDeviceTaintRuleSpec`, `validateDeviceTaintSelector`
pub(super) fn check_taint_rule(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let selector = spec.field("deviceSelector");
    let (driver, pool, device) = (selector.field("driver"), selector.field("pool"), selector.field("device"));
    if driver.is_there() {
        csi_driver_name(&driver, findings);
    }
    if pool.is_there() {
        check_pool_name(&pool, findings);
    }
    if device.is_there() {
        findings.format(&device, format::dns_label(device.text()));
    }
    check_taint(&spec.field("taint"), findings);
}
