//! Every function by examples; the expected values of those marked `docs` are the documentation's.

use super::*;

#[track_caller]
fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(expression, expected)| {
            let found = shown(expression);
            (found != *expected).then(|| format!("{expression}\n  is {found}\n  not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_an_example_below() {
    let text = include_str!("functions.rs").to_ascii_lowercase();
    let elsewhere = concat!(include_str!("resources.rs"), include_str!("errors.rs"));
    let elsewhere = elsewhere.to_ascii_lowercase();
    let missing: Vec<&str> = functions()
        .map(|function| function.name)
        .filter(|name| {
            let call = format!("{}(", name.to_ascii_lowercase());
            !text.contains(&call) && !elsewhere.contains(&call)
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn literals() {
    check(&[
        ("'a''b'", r#""a'b""#),
        ("'it''s [a] (b), c'", r#""it's [a] (b), c""#),
        ("-3", "-3"),
        (" 3 ", "3"),
        ("1.5", "1.5"),
        ("true()", "true"),
        ("false()", "false"),
        ("null()", "null"),
        ("concat ( 'a' , 'b' )", r#""ab""#),
    ]);
    let literal = |text| evaluate(text, &ctx()).unwrap().to_json();
    assert_eq!(literal("[[x]"), "[x]");
    assert_eq!(
        literal("[[x"),
        "[[x",
        "not an expression, so nothing is escaped"
    );
    assert_eq!(literal("[x"), "[x");
    assert_eq!(literal("x]"), "x]");
    assert_eq!(literal(""), "");
}

#[test]
fn texts() {
    check(&[
        ("concat('a', 1, true())", r#""a1True""#),
        (
            "format('Hello, {0}. Formatted number: {1:N0}', 'User', 8175133)",
            r#""Hello, User. Formatted number: 8,175,133""#,
        ), // docs
        (
            "format('{0:D3}|{0,4}|{0,-4}|{0:X2}|{0:x4}|{0:F1}|{{}}', 11)",
            r#""011|  11|11  |0B|000b|11.0|{}""#,
        ),
        ("format('{0:N}', -1234)", r#""-1,234.00""#),
        ("format('{0}{1}', createArray(1), null())", r#""[1]""#),
        (
            "format('{1}', 'a')",
            "TPL017: the format names `{1}`, and there is no such value",
        ),
        (
            "format('{x}', 'a')",
            "TPL017: the format holds a brace that is no placeholder",
        ),
        (
            "format('{0:Q}', 1)",
            "TPL017: the number format `Q` is not understood",
        ),
        ("toLower('ABC')", r#""abc""#),
        ("toUpper('aé')", r#""AÉ""#),
        ("trim('  a b ')", r#""a b""#),
        ("replace('123-123-1234', '-', '')", r#""1231231234""#), // docs
        ("split('one,two,three', ',')", r#"["one","two","three"]"#), // docs
        (
            "split('one;two,three', createArray(',', ';'))",
            r#"["one","two","three"]"#,
        ), // docs
        ("split('', ',')", r#"[""]"#),
        ("split('a,,', ',')", r#"["a","",""]"#),
        (
            "join(createArray('one', 2, 'three'), ', ')",
            r#""one, 2, three""#,
        ),
        ("substring('one two three', 4, 3)", r#""two""#), // docs
        ("substring('abc', 1)", r#""bc""#),
        ("substring('abc', 3)", r#""""#),
        (
            "substring('abc', 2, 2)",
            "TPL017: the text has only 1 characters from there",
        ),
        (
            "substring('abc', 4)",
            "TPL017: the text has 3 characters, and none there",
        ),
        ("padLeft('123', 10, '0')", r#""0000000123""#), // docs
        ("padLeft(7, 3)", r#""  7""#),
        ("startsWith('abcdef', 'AB')", "true"), // docs
        ("startsWith('abcdef', 'e')", "false"),
        ("endsWith('abcdef', 'EF')", "true"),      // docs
        ("contains('OneTwoThree', 'e')", "true"),  // docs
        ("contains('OneTwoThree', 'z')", "false"), // docs
        ("indexOf('test', 't')", "0"),             // docs
        ("lastIndexOf('test', 't')", "3"),         // docs
        ("indexOf('abcdef', 'CD')", "2"),          // docs
        ("lastIndexOf('abcdef', 'AB')", "0"),      // docs
        ("indexOf('abcdef', 'z')", "-1"),          // docs
        ("indexOf('éa', 'A')", "1"),
        ("length('One Two Three')", "13"),    // docs
        ("first('One Two Three')", r#""O""#), // docs
        ("last('One Two Three')", r#""e""#),  // docs
        ("take('one two three', 4)", r#""one ""#),
        ("take('abc', 9)", r#""abc""#),
        ("skip('one two three', 4)", r#""two three""#), // docs
        ("skip('abc', -1)", r#""abc""#),
        ("empty('')", "true"),
    ]);
}

#[test]
fn arrays() {
    check(&[
        ("array('efgh')", r#"["efgh"]"#), // docs
        ("array(createArray(1))", "[1]"),
        ("createArray(1, 'a', createArray())", r#"[1,"a",[]]"#),
        (
            "concat(createArray('1-1'), createArray('2-1', '2-2'))",
            r#"["1-1","2-1","2-2"]"#,
        ),
        ("contains(createArray('one', 'two'), 'two')", "true"),
        ("contains(createArray('one', 'two'), 'TWO')", "false"),
        ("contains(createObject('One', 1), 'one')", "true"),
        ("empty(createArray())", "true"),
        ("empty(createObject())", "true"),
        ("first(createArray('one', 'two'))", r#""one""#),
        ("first(createArray())", "null"),
        ("last(createArray('one', 'two'))", r#""two""#),
        ("length(createArray(1, 2, 3))", "3"),
        ("length(createObject('a', 1))", "1"),
        ("skip(createArray(1, 2, 3), 2)", "[3]"),
        ("skip(createArray(1), 2)", "[]"),
        ("take(createArray(1, 2, 3), 2)", "[1,2]"),
        (
            "flatten(createArray(createArray(1, 2), createArray(3)))",
            "[1,2,3]",
        ),
        ("indexOf(createArray('a', 'b', 'a'), 'a')", "0"),
        ("lastIndexOf(createArray('a', 'b', 'a'), 'a')", "2"),
        ("indexFromEnd(createArray(1, 2, 3), 1)", "3"),
        (
            "indexFromEnd(createArray(1), 2)",
            "TPL017: the array is shorter than that",
        ),
        ("tryIndexFromEnd(createArray(1), 2)", "null"),
        ("range(5, 3)", "[5,6,7]"), // docs
        (
            "range(0, -1)",
            "TPL017: a range has 0 to 10000 numbers, and not -1",
        ),
        (
            "union(createArray('one', 'two', 'three'), createArray('three', 'four'))",
            r#"["one","two","three","four"]"#,
        ), // docs
        (
            "intersection(createArray('one', 'two', 'three'), createArray('two', 'three'))",
            r#"["two","three"]"#,
        ), // docs
        ("createArray('a', 'b')[1]", r#""b""#),
        (
            "createArray('a')[1]",
            "TPL009: the array has 1 elements, and none at 1",
        ),
        (
            "createArray('a')[-1]",
            "TPL009: the array has 1 elements, and none at -1",
        ),
        (
            "createArray('a')['x']",
            "TPL009: the index of an array is an integer, and this is a string",
        ),
    ]);
}

#[test]
fn objects() {
    check(&[
        (
            "createObject('intProp', 1, 'arrayProp', createArray('a'))",
            r#"{"intProp":1,"arrayProp":["a"]}"#,
        ),
        ("createObject('a')", "TPL017: a name without a value"),
        ("object()", "{}"),
        (
            "items(createObject('item002', 1, 'item001', 2))",
            r#"[{"key":"item001","value":2},{"key":"item002","value":1}]"#,
        ), // docs
        ("objectKeys(createObject('b', 1, 'a', 2))", r#"["a","b"]"#),
        (
            "shallowMerge(createArray(createObject('a', 1, 'o', createObject('x', 1)), createObject('o', createObject('y', 2))))",
            r#"{"a":1,"o":{"y":2}}"#,
        ),
        (
            "union(json('{\"one\":\"a\",\"two\":\"b\",\"three\":\"c1\"}'), json('{\"three\":\"c2\",\"four\":\"d\",\"five\":\"e\"}'))",
            r#"{"one":"a","two":"b","three":"c2","four":"d","five":"e"}"#,
        ), // docs
        (
            "union(json('{\"property\":{\"one\":\"a\",\"three\":\"c1\"},\"nestedArray\":[1,2]}'), json('{\"property\":{\"three\":\"c2\"},\"nestedArray\":[3,4]}'))",
            r#"{"property":{"one":"a","three":"c2"},"nestedArray":[3,4]}"#,
        ), // docs, shortened
        (
            "intersection(json('{\"one\":\"a\",\"two\":\"b\",\"three\":\"c\"}'), json('{\"one\":\"a\",\"two\":\"z\",\"three\":\"c\"}'))",
            r#"{"one":"a","three":"c"}"#,
        ), // docs
        ("createObject('Name', 1).name", "1"),
        ("createObject('name', 1)['name']", "1"),
        (
            "createObject('name', 1).nam",
            "TPL009: the object has no member `nam`",
        ),
        ("'a'.b", "TPL009: `.b` is taken of a string"),
        ("tryGet(createObject('a', createArray(1)), 'a', 0)", "1"),
        ("tryGet(createObject('a', 1), 'b', 'c')", "null"),
        ("tryGet(createArray(1), 5)", "null"),
        (
            "tryGet('a', 'b')",
            "TPL004: the first argument of `tryGet` must be an object, and it is a string",
        ),
    ]);
}

#[test]
fn numbers() {
    check(&[
        ("add(5, 3)", "8"),
        ("sub(7, 3)", "4"),
        ("mul(5, 3)", "15"),
        ("div(8, 3)", "2"),
        ("mod(7, 3)", "1"),
        ("div(1, 0)", "TPL017: division by zero"),
        (
            "add(9223372036854775807, 1)",
            "TPL017: the result has more than 64 bits",
        ),
        ("min(0, 3, 2, 5, 4)", "0"),
        ("max(createArray(0, 3, 2, 5, 4))", "5"),
        ("max(createArray())", "TPL017: the array is empty"),
        ("int('4')", "4"),
        ("int('4.5')", "TPL017: `4.5` is no integer"),
        ("float('3.5')", "3.5"),
        (
            "add('1', 2)",
            "TPL004: the first argument of `add` must be an integer, and it is a string",
        ),
    ]);
}

#[test]
fn logic() {
    check(&[
        ("if(true(), 'a', div(1, 0))", r#""a""#),
        ("if(equals('a', 'A'), 1, 2)", "2"),
        ("and(true(), true(), false())", "false"),
        ("and(false(), equals(newGuid(), 'a'))", "false"),
        ("or(false(), true())", "true"),
        ("or(equals(newGuid(), 'a'), true())", "true"),
        ("or(equals(newGuid(), 'a'), false())", "unknown"),
        ("not(true())", "false"),
        ("bool('TRUE')", "true"),
        ("bool(0)", "false"),
        ("bool('x')", "TPL017: `x` is no boolean"),
        ("coalesce(null(), 'a', div(1, 0))", r#""a""#),
        ("coalesce(null(), null())", "null"),
        ("equals(createArray(1, 'a'), createArray(1, 'a'))", "true"),
        (
            "equals(json('{\"a\":1,\"b\":2}'), json('{\"b\":2,\"a\":1}'))",
            "true",
        ),
        ("equals(1, '1')", "false"),
        ("less(1, 2)", "true"),
        ("less('b', 'a')", "false"),
        ("lessOrEquals(2, 2)", "true"),
        ("greater(1, 2)", "false"),
        ("greaterOrEquals(2, 2)", "true"),
        (
            "less(1, 'a')",
            "TPL004: the second argument of `less` must be of the same kind as the first, and it is a string",
        ),
        (
            "if('yes', 1, 2)",
            "TPL004: the first argument of `if` must be a boolean, and it is a string",
        ),
        (
            "fail('no such size')",
            "TPL017: the template stops here: no such size",
        ),
    ]);
}

#[test]
fn conversions() {
    check(&[
        (
            "string(createArray('a', 1, createObject('b', null())))",
            r#""[\"a\",1,{\"b\":null}]""#,
        ),
        ("string(true())", r#""True""#),
        ("string(5)", r#""5""#),
        ("json('null')", "null"),
        ("json('[1, 2, 3]')[2]", "3"),          // docs
        ("json('{\"a\": \"b\"}').a", r#""b""#), // docs
        (
            "json('{')",
            "TPL017: malformed JSON: a key in quotes is expected, and the text ends",
        ),
        ("base64('one, two, three')", r#""b25lLCB0d28sIHRocmVl""#), // docs
        (
            "base64ToString('b25lLCB0d28sIHRocmVl')",
            r#""one, two, three""#,
        ), // docs
        (
            "base64ToJson(base64('{''one'': ''a'', ''two'': ''b''}'))",
            r#"{"one":"a","two":"b"}"#,
        ), // docs
        ("base64ToString('!')", "TPL017: `!` is not base64 of a text"),
        (
            "dataUri('Hello')",
            r#""data:text/plain;charset=utf8;base64,SGVsbG8=""#,
        ), // docs
        (
            "dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')",
            r#""Hello, World!""#,
        ), // docs
        (
            "uriComponent('http://contoso.com/resources/nested/azuredeploy.json')",
            r#""http%3A%2F%2Fcontoso.com%2Fresources%2Fnested%2Fazuredeploy.json""#,
        ), // docs
        (
            "uriComponentToString('http%3A%2F%2Fcontoso.com%2Fa%20b')",
            r#""http://contoso.com/a b""#,
        ),
        (
            "uri('http://contoso.com/resources/', 'nested/azuredeploy.json')",
            r#""http://contoso.com/resources/nested/azuredeploy.json""#,
        ), // docs
        (
            "uri('http://contoso.org/firstpath', 'myscript.sh')",
            r#""http://contoso.org/myscript.sh""#,
        ), // docs
        (
            "uri('http://contoso.org/firstpath/azuredeploy.json', 'myscript.sh')",
            r#""http://contoso.org/firstpath/myscript.sh""#,
        ), // docs
        (
            "uri('http://contoso.org/firstpath/azuredeploy.json/', 'myscript.sh')",
            r#""http://contoso.org/firstpath/azuredeploy.json/myscript.sh""#,
        ), // docs
        ("uri('https://h/a/b?q', '../c?x')", r#""https://h/c?x""#),
    ]);
}

#[test]
fn hashes_are_azures() {
    check(&[
        // Values that others got from Azure itself, or from Microsoft's own implementation.
        ("uniqueString('tyeth')", r#""zcztcwvu6iyg6""#),
        ("uniqueString('hello', 'world')", r#""a7wkljktk6wne""#),
        (
            "uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000', 'resource-id')",
            r#""cwvxuqg24sifi""#,
        ),
        (
            "uniqueString('/subscriptions/3c7f956b-55ee-4686-9d30-da1eb631dc59/resourceGroups/rg-devopsshieldek010dev')",
            r#""fd63l2gacbtca""#,
        ),
        // RFC 9562's algorithm in the namespace that Azure documents; computed with Python's `uuid`.
        (
            "guid('a', 'b')",
            r#""2d796349-8c7e-55ec-9624-54ece82ed031""#,
        ),
        ("guid('')", r#""e655a85f-3ab2-5e4a-9666-569aa72a5a10""#),
    ]);
}

#[test]
fn addresses() {
    check(&[
        (
            "parseCidr('10.144.0.0/20')",
            r#"{"network":"10.144.0.0","netmask":"255.255.240.0","broadcast":"10.144.15.255","firstUsable":"10.144.0.1","lastUsable":"10.144.15.254","cidr":20}"#,
        ), // docs
        (
            "parseCidr('fdad:3236:5555::/48')",
            r#"{"network":"fdad:3236:5555::","netmask":"ffff:ffff:ffff::","firstUsable":"fdad:3236:5555::","lastUsable":"fdad:3236:5555:ffff:ffff:ffff:ffff:ffff","cidr":48}"#,
        ), // docs
        (
            "parseCidr('10.0.0.0')",
            "TPL017: `10.0.0.0` is no address range",
        ),
        (
            "parseCidr('10.0.0.0/33')",
            "TPL017: `10.0.0.0/33` is no address range",
        ),
        ("parseCidr('0.0.0.0/0').lastUsable", r#""255.255.255.254""#),
        (
            "parseCidr('::/0').lastUsable",
            r#""ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff""#,
        ),
        ("parseCidr('10.0.0.1/32').lastUsable", r#""10.0.0.1""#),
        ("cidrSubnet('10.144.0.0/20', 24, 0)", r#""10.144.0.0/24""#), // docs
        ("cidrSubnet('10.144.0.0/20', 24, 4)", r#""10.144.4.0/24""#), // docs
        ("cidrSubnet('10.144.0.0/20', 24, 15)", r#""10.144.15.0/24""#),
        (
            "cidrSubnet('10.144.0.0/20', 24, 16)",
            "TPL017: there is no subnet with this index",
        ),
        (
            "cidrSubnet('10.144.0.0/20', 19, 0)",
            "TPL017: a range of /20 cannot be cut so",
        ),
        ("cidrSubnet('10.0.0.0/24', 24, 0)", r#""10.0.0.0/24""#),
        (
            "cidrSubnet('10.0.0.0/24', 24, 1)",
            "TPL017: there is no subnet with this index",
        ),
        (
            "cidrSubnet('fdad:3236:5555::/48', 52, 4)",
            r#""fdad:3236:5555:4000::/52""#,
        ), // docs
        ("cidrSubnet('::/0', 0, 0)", r#""::/0""#),
        (
            "cidrSubnet('::/0', 0, 1)",
            "TPL017: there is no subnet with this index",
        ),
        ("cidrHost('10.144.3.0/24', 0)", r#""10.144.3.1""#), // docs
        ("cidrHost('10.144.3.0/24', 253)", r#""10.144.3.254""#),
        (
            "cidrHost('10.144.3.0/24', 254)",
            "TPL017: the range has no host with this index",
        ),
        (
            "cidrHost('fdad:3236:5555:3000::/52', 4)",
            r#""fdad:3236:5555:3000::5""#,
        ), // docs
    ]);
}

#[test]
fn dates() {
    check(&[
        ("utcNow()", r#""20240229T134509Z""#),
        ("utcNow('d')", r#""2/29/2024""#),
        ("utcNow('yyyy-MM-dd')", r#""2024-02-29""#),
        ("utcNow('MMMM')", "unknown"),
        (
            "dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')",
            r#""2023-04-07 14:53:14Z""#,
        ), // docs
        (
            "dateTimeAdd('2020-04-07 14:53:14Z', '-P9D')",
            r#""2020-03-29 14:53:14Z""#,
        ), // docs
        (
            "dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H')",
            r#""2020-04-07 15:53:14Z""#,
        ), // docs
        (
            "dateTimeAdd('2024-01-31T23:59:59Z', 'P1MT1S')",
            r#""2024-03-01T00:00:00Z""#,
        ),
        (
            "dateTimeAdd('2024-01-31', 'x')",
            "TPL017: `x` cannot be added",
        ),
        ("dateTimeToEpoch('2023-05-02T15:16:13Z')", "1683040573"), // docs
        ("dateTimeFromEpoch(1683040573)", r#""2023-05-02T15:16:13Z""#), // docs
        (
            "dateTimeFromEpoch(9223372036854775807)",
            "TPL017: there is no such date",
        ),
        ("dateTimeToEpoch('0001-01-01')", "-62135596800"),
        (
            "dateTimeToEpoch('2023-02-29')",
            "TPL017: `2023-02-29` is no date",
        ),
    ]);
}

#[test]
fn lambdas() {
    check(&[
        (
            "map(range(0, 3), lambda('i', mul(lambdaVariables('i'), 2)))",
            "[0,2,4]",
        ),
        (
            "map(createArray('a', 'b'), lambda('v', 'i', concat(lambdaVariables('v'), lambdaVariables('i'))))",
            r#"["a0","b1"]"#,
        ),
        (
            "filter(range(0, 10), lambda('i', equals(0, mod(lambdaVariables('i'), 2))))",
            "[0,2,4,6,8]",
        ), // docs
        (
            "filter(createArray(5, 0), lambda('v', 'i', equals(lambdaVariables('i'), 0)))",
            "[5]",
        ),
        (
            "sort(createArray(3, 1, 2, 1), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))",
            "[1,1,2,3]",
        ),
        (
            "reduce(createArray(5, 3, 2, 8), 1, lambda('cur', 'next', add(lambdaVariables('cur'), lambdaVariables('next'))))",
            "19",
        ), // docs
        (
            "reduce(createArray('a', 'b'), '', lambda('c', 'n', 'i', concat(lambdaVariables('c'), lambdaVariables('n'), lambdaVariables('i'))))",
            r#""a0b1""#,
        ),
        (
            "toObject(createArray('x', 'y'), lambda('e', lambdaVariables('e')), lambda('e', length(lambdaVariables('e'))))",
            r#"{"x":1,"y":1}"#,
        ),
        (
            "toObject(createArray('x'), lambda('e', lambdaVariables('e')))",
            r#"{"x":"x"}"#,
        ),
        (
            "groupBy(createArray('foo', 'bar', 'baz'), lambda('x', substring(lambdaVariables('x'), 0, 1)))",
            r#"{"f":["foo"],"b":["bar","baz"]}"#,
        ),
        (
            "mapValues(createObject('a', 1), lambda('v', add(lambdaVariables('v'), 1)))",
            r#"{"a":2}"#,
        ),
        (
            "map(createArray(1), 'x')",
            "TPL004: `map` needs a lambda here",
        ),
        (
            "filter(createArray(1), lambda('i', 'x'))",
            "TPL004: the lambda of `filter` must give a boolean, and it gives a string",
        ),
        (
            "lambda('i', 1)",
            "TPL018: a lambda stands where none is taken",
        ),
        (
            "map(createArray(1), lambda('i', lambdaVariables('j')))",
            "TPL005: there is no lambda variable `j` here",
        ),
    ]);
}

#[test]
fn ids() {
    let sub = "/subscriptions/11111111-1111-1111-1111-111111111111";
    let in_group = format!("\"{sub}/resourceGroups/rg/providers");
    check(&[
        (
            "resourceId('Microsoft.Network/virtualNetworks', 'v')",
            &format!("{in_group}/Microsoft.Network/virtualNetworks/v\""),
        ),
        (
            "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')",
            &format!("{in_group}/Microsoft.Network/virtualNetworks/v/subnets/s\""),
        ),
        (
            "resourceId('Microsoft.Network/loadBalancers/inboundNatRules/', 'l', 'r')",
            &format!("{in_group}/Microsoft.Network/loadBalancers/l/inboundNatRules/r\""),
        ),
        (
            "resourceId('other', 'Microsoft.Network/virtualNetworks', 'v')",
            &format!(
                "\"{sub}/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/v\""
            ),
        ),
        (
            "resourceId('S', 'G', 'Microsoft.Network/virtualNetworks', 'v')",
            r#""/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/v""#,
        ),
        (
            "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v')",
            "TPL017: `Microsoft.Network/virtualNetworks/subnets` takes 2 names, and there are 1",
        ),
        (
            "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'x')",
            &format!("\"{sub}/providers/Microsoft.Authorization/roleDefinitions/x\""),
        ),
        (
            "subscriptionResourceId('Microsoft.Resources/resourceGroups', 'x')",
            &format!("\"{sub}/resourceGroups/x\""),
        ),
        (
            "tenantResourceId('Microsoft.Authorization/policyDefinitions', 'p')",
            r#""/providers/Microsoft.Authorization/policyDefinitions/p""#,
        ),
        (
            "managementGroupResourceId('g', 'Microsoft.Authorization/policyDefinitions', 'p')",
            r#""/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Authorization/policyDefinitions/p""#,
        ),
        (
            "extensionResourceId(resourceId('Microsoft.Network/virtualNetworks', 'v'), 'Microsoft.Authorization/locks', 'l')",
            &format!(
                "{in_group}/Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/locks/l\""
            ),
        ),
    ]);
}

#[test]
fn where_it_is_deployed() {
    check(&[
        ("resourceGroup().location", r#""uksouth""#),
        ("resourceGroup().name", r#""rg""#),
        (
            "resourceGroup().id",
            r#""/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg""#,
        ),
        ("resourceGroup().tags.x", "unknown"),
        (
            "subscription().subscriptionId",
            r#""11111111-1111-1111-1111-111111111111""#,
        ),
        ("subscription().displayName", "unknown"),
        (
            "tenant().tenantId",
            r#""00000000-0000-0000-0000-000000000000""#,
        ),
        ("deployment().name", r#""deployment""#),
        ("deployment().properties.templateLink.uri", "unknown"),
        ("deployer().objectId", "unknown"),
        ("environment().suffixes.storage", r#""core.windows.net""#),
        (
            "environment().authentication.loginEndpoint",
            r#""https://login.microsoftonline.com/""#,
        ),
        (
            "managementGroup().name",
            "TPL018: `managementGroup()` is not known in a deployment to another scope",
        ),
    ]);
}

#[test]
fn what_only_azure_knows_is_unknown_and_says_why() {
    let why = |expression: &str| {
        let value = evaluate(&format!("[{expression}]"), &ctx()).unwrap();
        value.unknown().unwrap().why.to_string()
    };
    assert_eq!(
        why(
            "listKeys(resourceId('Microsoft.Storage/storageAccounts', 's'), '2023-01-01').keys[0].value"
        ),
        "`listKeys` of `s` is a secret"
    );
    assert_eq!(
        why("reference(resourceId('Microsoft.Network/publicIPAddresses', 'p')).ipAddress"),
        "`p` is known only once it is deployed"
    );
    assert_eq!(
        why("newGuid()"),
        "a new GUID depends on when and where it is deployed"
    );
    assert_eq!(
        why("pickZones('Microsoft.Network', 'publicIPAddresses', 'uksouth')[0]"),
        "what `pickZones` gives for the region depends on when and where it is deployed"
    );
    for zones in [
        "toLogicalZone('s', 'l', '1')",
        "toLogicalZones('s', 'l', createArray('1'))",
        "toPhysicalZone('s', 'l', '1')",
        "toPhysicalZones('s', 'l', createArray('1'))",
        "providers('Microsoft.Network', 'virtualNetworks')",
    ] {
        assert_eq!(shown(zones), "unknown", "{zones}");
    }
}

#[test]
fn unknowns_go_through_functions() {
    check(&[
        ("length(newGuid())", "unknown"),
        ("length(createArray(newGuid(), 2))", "2"),
        ("first(createArray(1, newGuid()))", "1"),
        ("contains(createArray(newGuid(), 'a'), 'a')", "true"),
        ("contains(createArray(newGuid(), 'a'), 'b')", "unknown"),
        (
            "equals(createArray(newGuid()), createArray('a'))",
            "unknown",
        ),
        ("if(equals(newGuid(), 'a'), 'x', 'x')", r#""x""#),
        ("if(equals(newGuid(), 'a'), 'x', 'y')", "unknown"),
        ("createObject('a', newGuid(), 'b', 2).b", "2"),
        ("json(newGuid())", "unknown"),
    ]);
}
