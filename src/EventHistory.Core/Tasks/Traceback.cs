using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// A Python traceback in two pieces: its frames, which are the same for every failure at the same place in the code, and what
/// follows them, which tells this one failure. Frames are stored once. Where one exception led to another there are several of
/// each; <see cref="Seam"/> stands between them, in both pieces.
/// </summary>
/// <param name="Frames">The title and the indented lines below it, to the end of the last; of a later exception also the sentence above the
/// title. Null: the text does not begin like a traceback.</param>
/// <param name="End">The rest, as a rule the exception and its message.</param>
public readonly record struct Traceback(string? Frames, EventText End)
{
    /// <summary>Between the pieces of a chain (U+001E, "record separator"): a traceback that holds one itself is not taken apart there.</summary>
    public const char Seam = '\u001e';

    /// <summary>Longer ones are not shared: somebody makes them up.</summary>
    private const int MaxFrames = 16_000;

    private const int Places = 1024;

    private static readonly SharedFrames?[] _shared = new SharedFrames?[Places];

    // What Python writes between two exceptions: traceback.TracebackException, since 3.0
    private static readonly TracebackForm _plain = new("\n"u8, [(byte)Seam]);
    private static readonly TracebackForm _escaped = new("\\n"u8, "\\u001e"u8);

    public static Traceback Of(EventText traceback)
    {
        if (traceback.IsNone)
            return default;
        var form = traceback.TryGetPlain(out _) ? _plain : _escaped;
        var raw = traceback.Raw.Span;
        var first = form.FramesLength(raw);
        if (first is 0 or > MaxFrames || form.HoldsSeam(raw[..first]))
            return new Traceback(null, traceback);
        return form.Chain(raw, first) is { } chain && chain.Frames.Length <= MaxFrames
            ? new Traceback(Shared(traceback.With(chain.Frames)), traceback.With(chain.Ends))
            : new Traceback(Shared(traceback.Slice(0, first)), traceback.Slice(first));
    }

    /// <summary>The traceback as it was.</summary>
    public static EventText Join(string? frames, EventText end)
    {
        if (frames is null)
            return end;
        var text = end.Text() ?? "";
        if (!frames.Contains(Seam))
            return EventText.Of(frames + text);
        return EventText.Of(string.Concat(frames.Split(Seam).Zip(text.Split(Seam), string.Concat)));
    }

    private static string Shared(EventText frames)
    {
        var raw = frames.Raw.Span;
        var hash = new HashCode();
        hash.AddBytes(raw);
        ref var place = ref _shared[(uint)hash.ToHashCode() % Places];
        if (place is { } known && raw.SequenceEqual(known.Raw))
            return known.Text;
        var text = frames.Text()!;
        place = new SharedFrames(raw.ToArray(), text);
        return text;
    }

    private sealed record SharedFrames(byte[] Raw, string Text);
}
