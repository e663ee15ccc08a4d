using EventHistory.Core.Search;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Search;

/// <summary>What holds for every query and every filter, made up by FsCheck.</summary>
public sealed class SearchProperties
{
    private static readonly DateTime _now = Given.At("10:00:00");

    private static readonly string[] _words =
    [
        "AND", "OR", "NOT", "-", "(", ")", "\"", "\\", "*", ",", ":", "=", ">", "<", "..", " ", "\t", "\0", "\ud800", "é", "漢", "%", "_", "'", ";", "--",
        "name:", "state:", "kwargs:", "retries:", "runtime:", "started:", "has:", "is:", "id:", "foo:", "shop.mail", "abc", "FAILURE", "5", "1.5s", "-7d",
        "2026-03-01", "user=42", "traceback", "root",
    ];

    private static readonly Gen<string> _query = Gen.OneOf(
        Gen.Elements(_words).ListOf().Select(words => string.Concat(words)),
        Gen.Elements(_words).ListOf().Select(words => string.Join(' ', words)),
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""));

    private static readonly Gen<string> _text =
        from parts in Gen.Elements("a", "Mail", " ", "(", ")", "\"", "\\", "*", ",", ":", "=", "-", "AND", "OR", "NOT", "name:", "%", "_", "é", ".", "..", ">", "\t").ListOf()
        from end in Gen.Elements("abc", "x y z", "(1, 2)")
        select string.Concat(parts) + end;

    private static readonly Gen<string> _value = _text.Select(t => t.Trim());

    private static readonly Gen<TextField> _wholeField = Gen.Elements(TextField.Id, TextField.State, TextField.Root, TextField.Parent, TextField.Group);

    private static readonly Gen<TextField> _partField = Gen.Elements(TextField.Name, TextField.Worker, TextField.Queue);

    private static readonly Gen<TextField> _longField = Gen.Elements(TextField.Args, TextField.Kwargs, TextField.Result, TextField.Exception, TextField.Traceback);

    private static readonly Gen<TextPattern> _like = from begin in Gen.Elements("", "shop", "a b", "-x", "c:d")
                                                     from middle in _text.Select(t => t.Replace("=", "", StringComparison.Ordinal)).ListOf(2)
                                                     from end in Gen.Elements("", "mail", "\"q\"")
                                                     select TextPattern.Like([begin, .. middle, end]);

    private static readonly Gen<Filter> _texts = Gen.OneOf(
        from field in _wholeField
        from values in _value.NonEmptyListOf()
        select (Filter)TextTerm.Exactly(field, values.Select(v => field == TextField.State ? v.ToUpperInvariant() : v)),
        from field in _partField
        from patterns in Gen.OneOf(_text.Select(TextPattern.Containing), _value.Select(TextPattern.Exactly), _like).NonEmptyListOf()
        select (Filter)new TextTerm(field, Values.Distinct(patterns)),
        from field in _longField
        from pattern in Gen.OneOf(_text.Select(TextPattern.Containing), _value.Select(TextPattern.Exactly), _like)
        select (Filter)new TextTerm(field, [pattern]),
        from pattern in Gen.OneOf(_text.Select(TextPattern.Containing), _like)
        select (Filter)new TextTerm(TextField.Any, [pattern]),
        from key in Gen.Elements("user", "order_id", "a.b", "x-1")
        from pattern in Gen.OneOf(_value.Select(TextPattern.Exactly), _like)
        select (Filter)new PairTerm(key, pattern));

    private static readonly Gen<decimal> _seconds = Gen.Choose(0, 999_999_999).Select(n => n / 1000m / 1.000000000000000000000000000000000m);

    private static readonly Gen<NumberField> _duration = Gen.Elements(NumberField.Runtime, NumberField.Wait, NumberField.QueueWait, NumberField.WorkerWait);

    private static readonly Gen<Filter> _numbers =
        from field in _duration
        from low in _seconds
        from high in _seconds
        from included in Gen.Elements(true, false)
        from range in Gen.Elements(NumberRange.From(low, included), NumberRange.UpTo(high, included), NumberRange.Exactly(low), NumberRange.Between(Math.Min(low, high), Math.Max(low, high)))
        select (Filter)new NumberTerm(field, range);

    private static readonly Gen<Filter> _retries = Gen.Choose(0, 9).Select(n => (Filter)new NumberTerm(NumberField.Retries, NumberRange.From(n, n % 2 == 0)));

    private static readonly Gen<Filter> _times =
        from field in Gen.Elements(Enum.GetValues<TimeField>())
        from start in Gen.Choose(0, int.MaxValue)
        from length in Gen.Choose(1, int.MaxValue)
        from ends in Gen.Choose(0, 2)
        let at = DateTime.UnixEpoch.AddTicks(start * 10_000_003L)
        select (Filter)new TimeTerm(field, ends == 2 ? null : at, ends == 1 ? null : at.AddTicks(length));

    private static readonly Gen<Filter> _marks = Gen.OneOf(
        Gen.Elements(HasTerm.Known.ToArray()).NonEmptyListOf().Select(things => (Filter)new HasTerm(Values.Distinct(things))),
        Gen.Elements(IsTerm.Known.ToArray()).NonEmptyListOf().Select(qualities => (Filter)new IsTerm(Values.Distinct(qualities))));

    private static readonly Gen<Filter> _term = Gen.OneOf(_texts, _numbers, _retries, _times, _marks);

    private static readonly Gen<Filter> _filter = Enumerable.Range(0, 4).Aggregate(_term, (inner, _) => Gen.Frequency(
        (3, inner),
        (1, inner.Select(Filter.Negate)),
        (2, inner.ListOf(2).Select(parts => Filter.AllOf(parts))),
        (2, inner.ListOf(2).Select(parts => Filter.AnyOf(parts)))));

    [Fact]
    public void A_filter_that_is_written_and_read_is_the_same_filter() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(_filter.ToArbitrary(), filter =>
    {
        var (read, problem) = SearchQuery.Parse(filter.ToString(), _now);
        Assert.True(problem is null, $"{filter}: {problem}");
        Assert.True(filter.Equals(read), $"{filter} is read as {read}");
    }));

    [Fact]
    public void Whatever_is_typed_is_a_filter_or_a_sentence() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(10_000), Prop.ForAll(_query.ToArbitrary(), query =>
    {
        var (filter, problem) = SearchQuery.Parse(query, _now);
        Assert.True(filter is null != problem is null);
        Assert.True(problem is null || problem.EndsWith('.') || problem.EndsWith('?'), problem);
        if (filter is not null)
            Assert.Equal(filter, SearchQuery.Parse(filter.ToString(), _now).Value);
    }));
}
