using System.Globalization;
using EventHistory.Core.Celery;
using EventHistory.Core.Search;
using EventHistory.Core.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Writes a filter as SQL: see <see cref="FilterSql"/>.</summary>
/// <param name="parameters">Every value becomes one of them.</param>
/// <param name="chosen">Terms of which just one value is meant.</param>
internal sealed class ConditionWriter(FilterLabels labels, NpgsqlParameterCollection parameters, IReadOnlyDictionary<Filter, object> chosen)
{
    private const string Nothing = "false";

    private const string Frames = "(select l.value from eventhistory.label l where l.id = t.frames_id)";

    public string Write(Filter filter) => filter switch
    {
        AndFilter { Parts.Count: 0 } => "true",
        AndFilter and => Join(" and ", and.Parts.Select(Write)),
        OrFilter or => Join(" or ", or.Parts.Select(Write)),
        NotFilter not => $"({Write(not.Part)}) is not true", // what is unknown does not match, so its opposite does
        TextTerm term => Text(term),
        PairTerm pair => Pair(pair),
        NumberTerm term => Number(term),
        TimeTerm term => Time(term),
        HasTerm term => Join(" or ", term.Things.Select(Has)),
        IsTerm term => Join(" or ", term.Qualities.Select(Is)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Text(TextTerm term) => term.Field switch
    {
        TextField.Name when chosen.TryGetValue(term, out var name) => $"t.name_id = {Add(name)}",
        TextField.State when chosen.TryGetValue(term, out var state) => States((string)state),
        TextField.Name => OneOf("t.name_id", labels.Numbers(term)),
        TextField.Worker => OneOf("t.worker_id", labels.Numbers(term)),
        TextField.Queue => OneOf("t.queue_id", labels.Numbers(term)),
        TextField.State => States(labels.States(term.Patterns)),
        TextField.Root => Root(Keys(term.Patterns)),
        TextField.Parent => OneOf("t.parent_key", Keys(term.Patterns)),
        TextField.Group => OneOf("t.failure_id", labels.Numbers(term)),
        TextField.Id => Join(" or ", [OneOf("t.key", Keys(term.Patterns)), .. term.Patterns.Where(p => p.Exact is null).Select(Id)]),
        TextField.Traceback => Join(" or ", term.Patterns.Select(Traceback)),
        TextField.Any => Any(term.Patterns[0]),
        _ => Join(" or ", term.Patterns.Select(pattern => Matches("t." + Column(term.Field), pattern))),
    };

    private static string Column(TextField field) => field switch
    {
        TextField.Args => "args",
        TextField.Kwargs => "kwargs",
        TextField.Result => "result",
        TextField.Exception => "exception",
        _ => throw new ArgumentOutOfRangeException(nameof(field)),
    };

    // open tasks are in one table
    private string States(params string[] states) => states.Length > 0 && !states.Any(TaskStates.IsFinal)
        ? $"(t.settled = 'infinity' and {OneOf("t.state", states)})"
        : OneOf("t.state", states);

    private string Any(TextPattern pattern)
    {
        var numbers = labels.Numbers(pattern);
        return Join(" or ",
            OneOf("t.name_id", numbers), OneOf("t.worker_id", numbers), OneOf("t.state", labels.States([pattern])), Id(pattern),
            Like("t.args", pattern), Like("t.kwargs", pattern), Like("t.result", pattern));
    }

    private string Matches(string column, TextPattern pattern) => pattern.Exact is { } exact
        ? $"{column} = {Add(exact)}"
        : Like(column, pattern);

    private string Like(string column, TextPattern pattern)
    {
        var like = $"{column} ilike {Add(LikeText.Of(pattern))}";
        return LikeText.WithoutLetters(pattern) is { } part ? $"({column} like {Add(part)} and {like})" : like;
    }

    private static Guid[] Keys(IEnumerable<TextPattern> patterns) => [.. patterns.Where(p => p.Exact is not null).Select(p => TaskId.Parse(p.Exact!).Key)];

    // An id is its key as text, unless its text is stored; letters that no UUID has are in stored ones only
    private string Id(TextPattern pattern)
    {
        var like = Add(LikeText.Of(pattern));
        return pattern.Pieces.All(piece => piece.All(c => char.IsAsciiHexDigit(c) || c == '-'))
            ? $"(t.id is null and t.key::text ilike {like} or t.id ilike {like})"
            : $"t.id ilike {like}";
    }

    // the first task of a workflow is its own root, and not in the index on roots
    private string Root(Guid[] keys) => keys.Length == 0 ? Nothing
        : $"(({OneOf("t.root_key", keys)} and t.root_key <> t.key) or ({OneOf("t.key", keys)} and t.root_key = t.key))";

    // The frames are stored once; what one line has to contain is in them or in the rest
    private string Traceback(TextPattern pattern) => pattern.Contained is { } part && !part.Contains('\n')
        ? Join(" or ", OneOf("t.frames_id", labels.Numbers(pattern)), $"t.traceback ilike {Add(LikeText.Of(pattern))}")
        : Matches($"eventhistory.traceback({Frames}, t.traceback)", pattern);

    private string Pair(PairTerm pair)
    {
        var plain = pair.Value.Pieces.All(KeywordValue.IsPlain) ? pair.Value.Pieces : [];
        var before = Add(LikeText.Of(["", pair.Key, .. plain, ""]));
        var patterns = Add(KeywordValue.Written(pair.Value).Select(LikeText.Of).Distinct().ToArray());
        return $"(t.kwargs ilike {before} and eventhistory.has_keyword_argument(t.kwargs, {Add(pair.Key)}, {patterns}))";
    }

    private string Number(NumberTerm term)
    {
        var column = term.Field switch
        {
            NumberField.Retries => "t.retries",
            NumberField.Runtime => "t.runtime",
            NumberField.QueueWait => "t.queue_wait",
            NumberField.WorkerWait => "t.worker_wait",
            _ => Wait,
        };
        var bounds = new List<string>();
        if (term.Range.Low is { } low)
            bounds.Add($"{column} {(term.Range.IsLowIncluded ? ">=" : ">")} {Bound(term.Field, low)}");
        if (term.Range.High is { } high)
            bounds.Add($"{column} {(term.Range.IsHighIncluded ? "<=" : "<")} {Bound(term.Field, high)}");
        return Join(" and ", bounds);
    }

    /// <summary>Seconds from sent to started, as far as they are known.</summary>
    public const string Wait = "coalesce(t.queue_wait + t.worker_wait, t.queue_wait, t.worker_wait)";

    // in the type of the column: a wait of 0.1 s is stored with seven digits, and is not more than 0.1
    private string Bound(NumberField field, decimal value) => field switch
    {
        NumberField.Retries => Add((int)Math.Min(value, int.MaxValue)),
        NumberField.Runtime => Add((double)value),
        _ => Add((float)value),
    };

    private string Time(TimeTerm term)
    {
        var column = term.Field switch
        {
            TimeField.FirstSeen => "t.first_seen",
            TimeField.Sent => "t.sent",
            TimeField.Received => "t.received",
            TimeField.Started => "t.started",
            _ => "t.state_at",
        };
        var bounds = new List<string>();
        if (term.Field == TimeField.Finished)
            bounds.Add(Is("finished"));
        if (term.From is { } from)
            bounds.Add($"{column} >= {Add(from)}");
        if (term.To is { } to)
            bounds.Add($"{column} < {Add(to)}");
        return Join(" and ", bounds);
    }

    private static string Has(string thing) => thing switch
    {
        "name" or "worker" or "queue" => $"t.{thing}_id is not null",
        "root" => "t.root_key is not null",
        "parent" => "t.parent_key <> t.key", // Celery says of a retry that it is its own parent
        "group" => "t.failure_id is not null",
        "wait" => $"{Wait} is not null",
        "finished" => Is("finished"),
        "retries" => "t.retries > 0",
        "args" or "kwargs" or "result" or "exception" or "traceback" or "runtime" or "sent" or "received" or "started" => $"t.{thing} is not null",
        _ => throw new ArgumentOutOfRangeException(nameof(thing)),
    };

    private static string Is(string quality) => quality switch
    {
        "truncated" => "(t.args_truncated or t.kwargs_truncated or t.result_truncated)",
        "root" => "t.root_key = t.key",
        "open" => "t.settled = 'infinity'",
        "finished" => "t.settled < 'infinity'",
        _ => throw new ArgumentOutOfRangeException(nameof(quality)),
    };

    private string OneOf<T>(string column, T[] values) where T : notnull => values.Length switch
    {
        0 => Nothing,
        1 => $"{column} = {Add(values[0])}", // a single value keeps the order of an index
        _ => $"{column} = any({Add(values)})",
    };

    private static string Join(string between, params IEnumerable<string> conditions)
    {
        var all = conditions.Where(c => between != " or " || c != Nothing).ToList();
        return all.Count switch { 0 => Nothing, 1 => all[0], _ => $"({string.Join(between, all)})" };
    }

    private string Add(object value)
    {
        var parameter = new NpgsqlParameter { Value = value };
        if (value is DateTime)
            parameter.NpgsqlDbType = NpgsqlDbType.TimestampTz;
        parameters.Add(parameter);
        return "$" + parameters.Count.ToString(CultureInfo.InvariantCulture);
    }
}
