using EventHistory.Core.Celery;

namespace EventHistory.Core.Failures;

/// <summary>
/// What makes failures one group: the exception's type and the places of the application's own code that it passed; or its type and
/// the shape of its message where there is no own code in the traceback. All that a group shows of itself follows from that, so
/// that it does not matter which of its failures came first.
/// </summary>
public sealed record FailureKind
{
    /// <summary>Of the rules that tell groups apart. To be counted up, with that of the projection, when they change.</summary>
    public const int Version = 1;

    /// <summary>Bytes of the beginning and of the end of a text that are looked at: a traceback may have megabytes.</summary>
    private const int MostBytes = 64 * 1024;

    private FailureKind(string? exceptionType, string title, string? culprit, string fingerprint) =>
        (ExceptionType, Title, Culprit, Fingerprint) = (exceptionType, title, culprit, fingerprint);

    /// <summary>With its module where the traceback tells it; null: unknown.</summary>
    public string? ExceptionType { get; }

    /// <summary>One line: <c>PaymentError in charge</c>, <c>WorkerLostError: … signal #</c>.</summary>
    public string Title { get; }

    /// <summary>The innermost place of the application's own code, <c>shop/app.py in charge</c>; null: there is none.</summary>
    public string? Culprit { get; }

    /// <summary>All of it as a text, stored as a label; its digest is the group's id.</summary>
    public string Fingerprint { get; }

    public static FailureKind Of(EventText exception, EventText traceback) => Of(exception.Excerpt(MostBytes), traceback.Excerpt(MostBytes));

    /// <param name="exception">Python's repr of it, as Celery sends it.</param>
    /// <param name="traceback">As Python prints it.</param>
    public static FailureKind Of(string? exception, string? traceback)
    {
        var (places, raised) = TracebackPlaces.Of(traceback ?? "");
        var thrown = Thrown(exception, raised);
        var head = $"failure {Version}\n{thrown?.Type}";
        if (places.Count > 0)
        {
            var culprit = places.Last(place => place.File is not null);
            return new FailureKind(thrown?.Type, $"{thrown?.Name ?? "Exception"} in {culprit.Name}", culprit.ToString(), $"{head}\n{string.Join('\n', places)}");
        }
        var shape = MessageShape.Of(thrown?.Message ?? exception ?? "");
        var title = thrown?.Name ?? (shape.Length == 0 ? "Unknown exception" : "Exception");
        return new FailureKind(thrown?.Type, shape.Length == 0 ? title : $"{title}: {shape}", null, $"{head}\n: {shape}");
    }

    // The repr says which one it is, the traceback from which module; of a retry the traceback ends with another one. Celery
    // wraps what the pool reports, and then only the traceback tells
    private static RaisedException? Thrown(string? exception, IReadOnlyList<RaisedException> raised)
    {
        if (RaisedException.OfRepr(exception ?? "") is not { Type: not ("None" or "ExceptionWithTraceback") } told)
            return raised.Count == 0 ? null : raised[^1];
        foreach (var one in raised.Reverse())
        {
            if (one.Name == told.Name)
                return one;
        }
        return told;
    }
}
