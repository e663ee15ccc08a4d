using EventHistory.Core.Celery;
using EventHistory.Core.Failures;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Failures;

public sealed class FailureKindTests
{
    private const string Head = "Traceback (most recent call last):\n";
    private const string Celery = "/usr/lib/python3/dist-packages/celery/app/trace.py:trace_task";

    // File and function of each frame, the outermost first
    private static string Traceback(string raised, params string[] frames) =>
        Head + string.Concat(frames.Select((f, i) => $"  File \"{f.Split(':')[0]}\", line {(f + raised).Length + i}, in {f.Split(':')[1]}\n    some(code)\n    ~~~~^^^^^^\n")) + raised + "\n";

    private static string[] Lines(FailureKind kind) => kind.Fingerprint.Split('\n');

    [Fact]
    public void The_places_of_own_code_and_the_type_make_a_group()
    {
        var kind = FailureKind.Of("PaymentError('order 7')",
            Traceback("shop.errors.PaymentError: order 7", Celery, "/srv/shop/tasks.py:pay", "/srv/shop/bank.py:charge"));
        Assert.Equal(["failure 1", "shop.errors.PaymentError", "shop/tasks.py in pay", "shop/bank.py in charge"], Lines(kind));
        Assert.Equal(("shop.errors.PaymentError", "PaymentError in charge", "shop/bank.py in charge"), (kind.ExceptionType, kind.Title, kind.Culprit));
    }

    [Fact]
    public void Of_a_traceback_of_megabytes_both_ends_count()
    {
        var traceback = Traceback("shop.errors.PaymentError: order 7", Celery, "/srv/shop/tasks.py:pay", "/srv/shop/bank.py:charge");
        var longer = traceback.Replace("order 7", "order 7" + new string('x', 3_000_000), StringComparison.Ordinal);
        var exception = EventText.Of("PaymentError('order 7')");
        Assert.Equal(FailureKind.Of(exception, EventText.Of(traceback)), FailureKind.Of(exception, EventText.Of(longer)));
    }

    [Fact]
    public void Another_message_release_machine_or_line_is_the_same_group()
    {
        var here = FailureKind.Of("KeyError('a')", Traceback("KeyError: 'a'", "/srv/releases/20261121/shop/tasks.py:pay"));
        var there = FailureKind.Of("KeyError('bcd')", Traceback("KeyError: 'bcd'", Celery, @"C:\app\shop\tasks.py:pay".Replace("C:", "C", StringComparison.Ordinal)));
        Assert.Equal(here, there);
    }

    [Theory]
    [InlineData("/srv/shop/tasks.py:refund", "KeyError")]
    [InlineData("/srv/shop/other.py:pay", "KeyError")]
    [InlineData("/srv/shop/tasks.py:pay", "ValueError")]
    public void Another_place_or_type_is_another_group(string frame, string type) => Assert.NotEqual(
        FailureKind.Of("KeyError('a')", Traceback("KeyError: 'a'", "/srv/shop/tasks.py:pay")).Fingerprint,
        FailureKind.Of($"{type}('a')", Traceback($"{type}: 'a'", frame)).Fingerprint);

    [Fact]
    public void A_library_is_one_place_whatever_happens_inside_of_it()
    {
        const string Venv = "/venv/lib/python3.11/site-packages/";
        var before = FailureKind.Of("ConnectionError('x')", Traceback("requests.exceptions.ConnectionError: x",
            Celery, Venv + "sentry_sdk/celery.py:_inner", "/srv/shop/tasks.py:sync", Venv + "requests/api.py:get", Venv + "urllib3/pool.py:urlopen"));
        var after = FailureKind.Of("ConnectionError('y')", Traceback("requests.exceptions.ConnectionError: y",
            "/srv/shop/tasks.py:sync", Venv + "requests/api.py:get", Venv + "requests/sessions.py:send", "/usr/lib/python3.12/socket.py:connect"));
        Assert.Equal(before, after);
        Assert.Equal(["failure 1", "requests.exceptions.ConnectionError", "shop/tasks.py in sync", "[requests]"], Lines(before));
        Assert.Equal("shop/tasks.py in sync", before.Culprit);
    }

    [Fact]
    public void An_application_may_be_installed_like_a_library()
    {
        const string Venv = "/venv/lib/python3.11/site-packages/";
        var kind = FailureKind.Of("KeyError('a')", Traceback("KeyError: 'a'",
            Venv + "celery/app/trace.py:trace_task", Venv + "shop/tasks.py:pay", "/usr/lib/python3.11/contextlib.py:inner", Venv + "shop/bank.py:charge"));
        Assert.Equal(["failure 1", "KeyError", "shop/tasks.py in pay", "[contextlib]", "shop/bank.py in charge"], Lines(kind));
    }

    [Fact]
    public void A_recursion_is_the_same_however_deep_it_went()
    {
        var deep = Enumerable.Range(0, 600).Select(n => n % 2 == 0 ? "/srv/shop/tree.py:walk" : "/srv/shop/tree.py:visit");
        Assert.Equal(
            FailureKind.Of("RecursionError()", Traceback("RecursionError", ["/srv/shop/tasks.py:build", .. deep])),
            FailureKind.Of("RecursionError()", Traceback("RecursionError", ["/srv/shop/tasks.py:build", .. deep.Take(2)])));
    }

    [Fact]
    public void A_retry_is_of_the_group_of_the_failure_in_the_end()
    {
        const string Retry = "/usr/lib/python3/dist-packages/celery/app/task.py:retry";
        var retried = FailureKind.Of("ConnectionError('order 16')", Traceback("ConnectionError: order 16", "/srv/shop/app.py:sync", "/srv/shop/net.py:call")
            + "\nDuring handling of the above exception, another exception occurred:\n\n"
            + Traceback("celery.exceptions.Retry: Retry in 1s: ConnectionError('order 16')", Celery, "/srv/shop/app.py:sync", Retry));
        var exhausted = FailureKind.Of("ConnectionError('order 13')", Traceback("ConnectionError: order 13",
            Celery, "/srv/shop/app.py:sync", Retry, "/srv/shop/app.py:sync", "/srv/shop/net.py:call"));
        Assert.Equal(exhausted, retried);
        Assert.Equal("ConnectionError in call", retried.Title);
    }

    [Fact]
    public void Of_a_chain_the_last_exception_counts_and_the_places_of_all()
    {
        var kind = FailureKind.Of("PaymentError('order 7', 402)", Traceback("KeyError: 'missing'", "/srv/shop/bank.py:find")
            + "\nThe above exception was the direct cause of the following exception:\n\n"
            + Traceback("shop.PaymentError: ('order 7', 402)", "/srv/shop/app.py:charge"));
        Assert.Equal(["failure 1", "shop.PaymentError", "shop/bank.py in find", "shop/app.py in charge"], Lines(kind));
        Assert.Equal("PaymentError in charge", kind.Title);
    }

    [Theory]
    [InlineData("WorkerLostError('Worker exited prematurely: signal 9 (SIGKILL) Job: 12.')", "WorkerLostError: Worker exited prematurely: signal # (SIGKILL) Job: #.")]
    [InlineData("TimeLimitExceeded(30.0)", "TimeLimitExceeded: #")]
    [InlineData("NotRegistered('shop.unknown')", "NotRegistered: shop.unknown")]
    [InlineData("OSError(2, 'No such file: /tmp/x1')", "OSError: #, '…'")]
    [InlineData("ValueError(\"can't open 'a.txt' or \\\"b\\\"\")", "ValueError: \"can't open '…' or \\'…'\"")]
    [InlineData("KeyError('7d1f3e44-91a2-4b6f-8f51-0c1d2e3f4a5b is gone, 0x7f00AB12, 9f86d081884c7d65 too, decade not')", "KeyError: <id> is gone, <id>, <id> too, decade not")]
    [InlineData("ValueError('first\nsecond')", "ValueError: first")]
    [InlineData("SoftTimeLimitExceeded()", "SoftTimeLimitExceeded")]
    [InlineData("<Answer 404 of 'x'>", "Exception: <Answer # of '…'>")]
    [InlineData("None", "Exception: None")]
    [InlineData("", "Unknown exception")]
    [InlineData(null, "Unknown exception")]
    public void Without_own_code_the_shape_of_the_message_counts(string? exception, string title)
    {
        Assert.Equal(title, FailureKind.Of(exception, null).Title);
        Assert.Equal(title, FailureKind.Of(exception, Head + "  File \"/x/dist-packages/billiard/pool.py\", line 9, in mark_as_worker_lost\n").Title);
        Assert.Null(FailureKind.Of(exception, null).Culprit);
    }

    [Fact]
    public void Without_a_repr_the_traceback_tells_the_type()
    {
        var kind = FailureKind.Of("<Answer 404>", Traceback("shop.Gone: 404", "/srv/shop/tasks.py:pay"));
        Assert.Equal(("shop.Gone", "Gone in pay"), (kind.ExceptionType, kind.Title));
    }

    private static readonly string[] _captured =
    [
        "ConnectionError | ConnectionError in sync | shop/app.py in sync", // failures and retries
        "NotRegistered | NotRegistered: shop.nosuch.task | ",
        "TypeError | TypeError in add | shop/app.py in add",
        "TypeError | TypeError: add() missing # required positional argument: '…' | ",
        "app.PaymentError | PaymentError in _deep | shop/app.py in _deep",
        "billiard.exceptions.SoftTimeLimitExceeded | SoftTimeLimitExceeded in soft | shop/app.py in soft",
        "billiard.exceptions.TimeLimitExceeded | TimeLimitExceeded: TimeLimitExceeded(#,) | ",
        "billiard.exceptions.WorkerLostError | WorkerLostError: Worker exited prematurely: exitcode # Job: #. | ",
    ];

    [Fact]
    public void Every_failure_of_the_captures_has_a_group_and_they_are_few()
    {
        var kinds = Given.SampleEvents("celery-events.jsonl").Concat(Given.SampleEvents("nasty.jsonl"))
            .Where(e => e.Kind is EventKind.TaskFailed or EventKind.TaskRetried).Select(e => FailureKind.Of(e.Exception.Text(), e.Traceback.Text())).ToList();
        Assert.True(kinds.Count > 50, $"only {kinds.Count} failures");
        var found = kinds.Select(kind => $"{kind.ExceptionType} | {kind.Title} | {kind.Culprit}").Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(_captured, found);
    }

    private static readonly Gen<string> _text = Gen.Elements(Head, "\n", "  File \"", "/srv/a/b.py", "\", line 1, in ", "f", "x.Y: ", "celery.exceptions.Retry: ",
        "[", "]", "(", ")", "'", "\"", "/site-packages/", "0x1", "\0", "\ud83d", " ", "<frozen ", ">", "\r", "…", "12345678a").ListOf().Select(string.Concat);

    [Fact]
    public void Whatever_it_is_it_has_one_short_group() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(_text.ToArbitrary(), _text.ToArbitrary(), (exception, traceback) =>
    {
        var kind = FailureKind.Of(exception, traceback);
        Assert.Equal(kind, FailureKind.Of(exception, traceback));
        Assert.False(string.IsNullOrEmpty(kind.Title) || kind.Title.Contains('\n', StringComparison.Ordinal));
        Assert.InRange(kind.Fingerprint.Length, 10, 20_000);
    }));

    [Fact]
    public void Huge_texts_take_no_time()
    {
        var quotes = string.Concat(Enumerable.Repeat("'\"(", 200_000));
        var traceback = Traceback("E: ", [.. Enumerable.Repeat("/srv/shop/tasks.py:pay", 5000)]) + quotes;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        FailureKind.Of("E(" + quotes, traceback);
        FailureKind.Of(quotes, "Traceback (\n" + string.Concat(Enumerable.Repeat("  File \"", 100_000)));
        Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
    }
}
