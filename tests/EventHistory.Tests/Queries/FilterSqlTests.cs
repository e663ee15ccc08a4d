using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Queries;

/// <summary>What each kind of term finds, asked of one small shop.</summary>
public sealed class FilterSqlTests(Postgres postgres) : IAsyncLifetime
{
    private static readonly DateTime _now = Say.At("12:00:00");

    private static readonly (string Query, string Tasks)[] _found =
    [
        // any of id, name, state, worker, args, kwargs, result; not the exception
        ("", "123"),
        ("shop.", "123"),
        ("mail.s", "1"),
        ("MAIL", "13"),
        ("failure", "2"),
        ("progr", "3"),
        ("celery@w2", "2"),
        ("nightly", "3"),
        ("000000000002", "2"),
        ("declined", ""),
        ("\"'Ann', 5\"", "1"),
        ("änn", "1"),
        ("shop.*", "123"),
        ("mail.*", ""),
        // texts: a part, a whole value, or pieces of one; % and _ are only characters
        ("name:mail", "13"),
        ("name:=shop.pay", "2"),
        ("name:=SHOP.PAY", ""),
        ("name:SHOP.*.*", "13"),
        ("name:*.pay,*.send", "12"),
        ("worker:celery@w_1", "3"),
        ("worker:celery@w?*", ""),
        ("worker:celery@w*", "123"),
        ("queue:mails", "1"),
        ("queue:=mails,=other", "1"),
        ("args:\"('Ann',\"", "1"),
        ("args:=\"()\"", "3"),
        ("args:\"('A*\"", ""),
        ("args:\"(\"*nn*", "1"),
        ("kwargs:\"5 % off\"", "1"),
        ("kwargs:%off", ""),
        ("result:\"sent to änn\"", "1"),
        ("exception:100%", "2"),
        ("exception:100_", ""),
        ("traceback:pay.py", "2"),
        ("traceback:\"card 100% declined\"", "2"),
        ("traceback:*charge*declined*", "2"),
        ("traceback:\"raise ValueError\nValueError: card\"", "2"),
        ("traceback:shop.pay", ""),
        ("state:success,FAILURE", "12"),
        ("state:pro*", "3"),
        ("state:*ail*", "2"),
        ("state:NEVER", ""),
        // ids
        ("id:00000000-0000-4000-9000-000000000001,nightly_3", "13"),
        ("id:00000000-0000-4000*", "12"),
        ("id:nightly*", "3"),
        ("id:*", "123"),
        ("root:00000000-0000-4000-9000-000000000001", "12"),
        ("parent:00000000-0000-4000-9000-000000000001", "2"),
        ("parent:nobody", ""),
        // one keyword argument, at the top only, with its value as str() shows it
        ("kwargs:user=42", "12"),
        ("kwargs:USER=42", "12"),
        ("kwargs:user=4", ""),
        ("kwargs:user=4*", "12"),
        ("kwargs:user=7", ""),
        ("kwargs:amount=1.5", "2"),
        ("kwargs:\"note=it's 5 % off\"", "1"),
        ("kwargs:note=*OFF", "1"),
        ("kwargs:path=\"C:\\\\temp\"", "1"),
        ("kwargs:\"tags=['a, b', {'user': 7}]\"", "1"),
        ("kwargs:nothing=*", ""),
        // numbers and durations
        ("retries:>0", "2"),
        ("retries:0..1", "13"),
        ("runtime:>1.5s", "1"),
        ("runtime:1750ms", "1"),
        ("runtime:<1m", "1"),
        ("queue_wait:>=2 worker_wait:3s", "1"),
        ("wait:5s", "1"),
        ("wait:>5s", ""),
        // times
        ("sent:2026-11-21", "1"),
        ("received:-70m", "3"),
        ("started:2026-11-21T10:00:05Z..", "1"),
        ("started:>2026-11-21T10:00:05Z", ""),
        ("finished:>=2026-11-21T10:00:08Z", "2"),
        ("first_seen:..2026-11-21T10:30:00Z", "12"),
        // what is known, and what it is
        ("has:traceback", "2"),
        ("has:queue,parent", "12"),
        ("is:truncated", "2"),
        ("is:root", "1"),
        ("is:open", "3"),
        ("is:finished", "12"),
        // all of it together; what is unknown is not what is asked for, so its opposite is
        ("-has:result", "23"),
        ("-result:sent", "23"),
        ("-(name:mail OR retries:>5)", "2"),
        ("name:mail -state:SUCCESS", "3"),
        ("(state:FAILURE OR runtime:>1s) kwargs:user=42", "12"),
        ("name:mail OR name:pay state:FAILURE", "123"),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres);
        await _history.Record(
            // 1: a success, sent and waited for
            Say.Event("task-sent", "10:00:00", ("uuid", Say.Id(1)), ("name", "shop.mail.send"), ("args", "('Ann', 5)"),
                ("kwargs", "{'user': 42, 'tags': ['a, b', {'user': 7}], 'note': \"it's 5 % off\", 'path': 'C:\\\\temp'}"), ("retries", 0), ("queue", "mails"),
                ("root_id", Say.Id(1)), ("hostname", "gen9@web")),
            Say.Event("task-received", "10:00:02", ("uuid", Say.Id(1)), ("name", "shop.mail.send"), ("args", "('Ann', 5)"),
                ("kwargs", "{'user': 42, 'tags': ['a, b', {'user': 7}], 'note': \"it's 5 % off\", 'path': 'C:\\\\temp'}"), ("retries", 0), ("root_id", Say.Id(1))),
            Say.Event("task-started", "10:00:05", ("uuid", Say.Id(1))),
            Say.Event("task-succeeded", "10:00:07", ("uuid", Say.Id(1)), ("result", "'sent to ÄNN'"), ("runtime", 1.75)),
            // 2: its child, which failed after a retry, on another worker
            Say.Event("task-received", "10:01:00", ("uuid", Say.Id(2)), ("name", "shop.pay"), ("args", "[...]"), ("kwargs", "{'user': '42', 'amount': 1.5}"),
                ("retries", 2), ("root_id", Say.Id(1)), ("parent_id", Say.Id(1)), ("hostname", "celery@w2")),
            Say.Event("task-failed", "10:01:02", ("uuid", Say.Id(2)), ("exception", "ValueError('card 100% declined')"), ("hostname", "celery@w2"),
                ("traceback", "Traceback (most recent call last):\n  File \"/app/pay.py\", line 3, in charge\n    raise ValueError\nValueError: card 100% declined\n")),
            // 3: still running; its id is no UUID, its worker's host is odd
            Say.Event("task-received", "11:00:00", ("uuid", "nightly_3"), ("name", "shop.mail.fetch"), ("args", "()"), ("kwargs", "{}"), ("retries", 0), ("hostname", "celery@w_1")),
            Say.Event("task-progress", "11:00:01", ("uuid", "nightly_3"), ("hostname", "celery@w_1")));
    }

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task Every_kind_of_term_finds_what_it_says()
    {
        var wrong = new List<string>();
        foreach (var (query, tasks) in _found)
        {
            var found = await Find(query);
            if (found != tasks)
                wrong.Add($"{query} finds {found} and not {tasks}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Every_thing_and_quality_can_be_asked_for()
    {
        foreach (var query in HasTerm.Known.Select(thing => $"has:{thing}").Concat(IsTerm.Known.Select(quality => $"is:{quality}")))
            Assert.InRange((await Find(query)).Length, 0, 3);
    }

    private async Task<string> Find(string query)
    {
        var (filter, problem) = SearchQuery.Parse(query, _now);
        return filter is null ? problem! : string.Concat((await _history.Tasks.List(filter, TaskOrder.Newest, null, 10, Ct)).Items.Select(task => task.Id[^1]).Order());
    }
}
