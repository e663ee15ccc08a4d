using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// A Python traceback in two pieces: its frames, which are the same for every failure at the same place in the code, and what
/// follows them, which tells this one failure. Frames are stored once.
/// </summary>
/// <param name="Frames">The title and the indented lines below it, to the end of the last; null: the text does not begin like a traceback.</param>
/// <param name="End">The rest, as a rule the exception and its message.</param>
public readonly record struct Traceback(string? Frames, EventText End)
{
    /// <summary>Longer ones are not shared: somebody makes them up.</summary>
    private const int MaxFrames = 16_000;

    private const int Places = 1024;

    private static readonly SharedFrames?[] _shared = new SharedFrames?[Places];

    public static Traceback Of(EventText traceback)
    {
        if (traceback.IsNone)
            return default;
        var length = FramesLength(traceback.Raw.Span, traceback.TryGetPlain(out _) ? "\n"u8 : "\\n"u8);
        return length is 0 or > MaxFrames ? new Traceback(null, traceback) : new Traceback(Shared(traceback.Slice(0, length)), traceback.Slice(length));
    }

    /// <summary>The traceback as it was.</summary>
    public static EventText Join(string? frames, EventText end) =>
        frames is null ? end : EventText.Of(frames + end.Text());

    // "Traceback (most recent call last):", lines that begin with a blank, and the end of the last of them
    private static int FramesLength(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> newline)
    {
        if (!raw.StartsWith("Traceback "u8))
            return 0;
        var at = 0;
        while (raw[at..].IndexOf(newline) is >= 0 and var end)
        {
            at += end + newline.Length;
            if (at == raw.Length || raw[at] != ' ')
                return at;
        }
        return 0;
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
