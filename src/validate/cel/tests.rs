//! Expressions and what they give; all were asked of a real API server.

use super::check::Names;
use super::program::Program;
use super::types::Type;
use super::value::Value;

fn run(text: &str) -> Result<bool, String> {
    let names = Names { variables: vec![("x".into(), Type::Dyn)], ..Names::default() };
    let program = Program::compile(text, &names).map_err(|fault| format!("compile: {}", fault.message))?;
    let variables = [("x", Value::Int(5))];
    match program.run(&variables, 1_000_000).0 {
        Ok(Value::Bool(value)) => Ok(value),
        Ok(other) => Err(format!("gives {}", other.type_name())),
        Err(failure) => Err(failure.message),
    }
}

#[test]
fn expressions_hold() {
    let expressions = r#"
        1 + 2 * 3 == 7 && -7 / 2 == -3 && -7 % 3 == -1
        dyn(1) == 1.0 && 1 < 1.5 && 2u > 1
        true || 1 / 0 == 1
        !(false && 1 / 0 == 1)
        [0, 1].exists(i, 1 / i == 1)
        'é'.size() == 1 && b'é'.size() == 2
        "a\tb\u00e9\x41" == 'a	béA' && r'\d' == '\\d'
        [1, 2, 3].map(i, i > 1, i * 2) == [4, 6]
        [1, 2].transformList(i, v, i + v) == [1, 3] && {'a': 1}.transformMap(k, v, v + 1) == {'a': 2}
        {'a': {'b': 1}}.?a.?b.orValue(2) == 1 && [1][?4].orValue(9) == 9
        optional.of(1).optMap(i, i + 1).value() == 2 && !optional.none().hasValue()
        [3, 1, 2].sort() == [1, 2, 3] && ['b', 'a'].sortBy(i, i) == ['a', 'b']
        [1, 2, 1].distinct() == [1, 2] && [[1], [2]].flatten() == [1, 2] && lists.range(2) == [0, 1]
        [1, 2, 3].sum() == 6 && [1, 3, 2].max() == 3 && [1, 2].isSorted()
        'a,b'.split(',').join('-') == 'a-b' && 'abc'.find('[a-b]+') == 'ab' && 'x-y'.replace('-', '') == 'xy'
        'tacocat'.substring(4) == 'cat' && 'tacocat'.lastIndexOf('a') == 5 && 'abc'.charAt(1) == 'b'
        '%d %s %.1f'.format([1234567, ['a'], 1.25]) == '1234567 ["a"] 1.2'
        '%e'.format([12345.678]) == '1.234568×10⁰⁴' && string(1000000.0) == '1e+06'
        duration('1h') + timestamp('2020-01-01T00:00:00Z') == timestamp('2020-01-01T01:00:00Z')
        timestamp('2020-07-01T12:00:00Z').getHours('America/New_York') == 8
        timestamp('2020-01-01T00:00:00Z').getDayOfWeek('Asia/Tokyo') == 3
        timestamp('2020-01-01T12:00:00Z').getHours('+02:00') == 14 && string(duration('1.5s')) == '1.5s'
        url('https://h:80/p?a=b').getHost() == 'h:80' && !isURL('a')
        cidr('10.0.0.0/8').containsIP('10.1.2.3') && ip('::1').isLoopback() && !isIP('01.2.3.4')
        quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('1k').add(5).asInteger() == 1005
        semver('1.0.0-alpha').isLessThan(semver('1.0.0')) && isSemver('v1.0', true)
        format.uri().validate('zz').hasValue() && !format.dns1123Label().validate('abc').hasValue()
        sets.contains([1, 2], [2]) && sets.intersects([1], [1, 2])
        type(1) == int && type(x) == int && x == 5
        'a\nb'.matches('^a\nb$') && !'١'.matches('^\\d$')
    "#;
    for expression in expressions.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert_eq!(run(expression), Ok(true), "{expression}");
    }
}

#[test]
fn expressions_are_refused() {
    for expression in [
        "1 + 'a' == 2",
        "[1, 'a'].size() == 2",
        "y == 1",
        "x.nope(",
        "'a'.matches('(?=a)')",
        "duration('1d') > duration('1h')",
        "'%d'.format(['a']) == ''",
        "{1: 'a'}.nope() == 1",
        "has(x)",
        "[1].all(a.b, true)",
        "self.namespace == 1",
        "cel.bind(a, 1, a == 1)",
        "1 == null",
        "import == 1",
    ] {
        assert!(run(expression).is_err_and(|error| error.starts_with("compile")), "{expression}");
    }
}

#[test]
fn expressions_fail() {
    for expression in [
        "9223372036854775807 + 1 > 0",
        "1 / 0 == 1",
        "[1][3] == 1",
        "{'a': 1}['b'] == 1",
        "optional.none().value() == 1",
        "x > 'a'",
        "[0, 1].all(i, 1 / i == 1)",
        "int('5 ') == 5",
        "timestamp('2020-01-01T12:00:00Z').getHours('Mars/Base') == 1",
    ] {
        assert!(run(expression).is_err_and(|error| !error.starts_with("compile")), "{expression}");
    }
}

#[test]
fn long_runs_are_stopped() {
    let ten = "[1,2,3,4,5,6,7,8,9,10]";
    let text = (0..9).fold("true".to_owned(), |within, _| format!("{ten}.all(i, {within})"));
    assert_eq!(run(&text), Err("the expression costs more than one may".to_owned()));
    let deep = format!("{}true{}", "(".repeat(300), ")".repeat(300));
    assert!(run(&deep).is_err());
    let wide = vec!["true"; 3000].join(" && ");
    assert_eq!(run(&wide), Ok(true));
    let chain = vec!["1"; 3000].join(" + ");
    assert!(run(&format!("{chain} == 3000")).is_err());
}
