using System.Buffers;

namespace EventHistory.Core.Tasks;

/// <summary>How the bytes of a traceback are written: as they are, or with JSON's escapes. Finds its frames either way.</summary>
/// <param name="newline">As it stands in the bytes.</param>
/// <param name="seam">Likewise, of <see cref="Traceback.Seam"/>.</param>
internal sealed class TracebackForm(ReadOnlySpan<byte> newline, ReadOnlySpan<byte> seam)
{
    private readonly byte[] _newline = newline.ToArray();
    private readonly byte[] _seam = seam.ToArray();
    private readonly byte[] _cause = Sentence("The above exception was the direct cause of the following exception:"u8, newline);
    private readonly byte[] _context = Sentence("During handling of the above exception, another exception occurred:"u8, newline);

    /// <summary>True if the text holds a seam of its own; may be true also if it only looks so.</summary>
    public bool HoldsSeam(ReadOnlySpan<byte> raw) => raw.IndexOf(_seam) >= 0 || (IsEscaped && raw.IndexOf("\\u001E"u8) >= 0);

    private bool IsEscaped => _newline[0] == '\\';

    /// <summary>"Traceback (most recent call last):", lines that begin with a blank, and the end of the last of them.</summary>
    /// <returns>How many bytes that is; 0: it does not begin so.</returns>
    public int FramesLength(ReadOnlySpan<byte> raw)
    {
        if (!raw.StartsWith("Traceback "u8))
            return 0;
        var at = 0;
        while (raw[at..].IndexOf(_newline) is >= 0 and var end)
        {
            at += end + _newline.Length;
            if (at == raw.Length || raw[at] != ' ')
                return at;
        }
        return 0;
    }

    /// <summary>The frames of each exception of a chain, and what follows them, with seams between.</summary>
    /// <param name="first">How long the frames of the first exception are.</param>
    /// <returns>Null: there is but one exception, or a seam in the text.</returns>
    public (byte[] Frames, byte[] Ends)? Chain(ReadOnlySpan<byte> raw, int first)
    {
        if (Next(raw, first, out _, out _) == 0 || HoldsSeam(raw[first..]))
            return null;
        var (frames, ends) = (new ArrayBufferWriter<byte>(raw.Length), new ArrayBufferWriter<byte>(256));
        frames.Write(raw[..first]);
        var at = first;
        while (Next(raw, at, out var begin, out var length) > 0)
        {
            ends.Write(raw[at..begin]);
            ends.Write(_seam);
            frames.Write(_seam);
            frames.Write(raw.Slice(begin, length));
            at = begin + length;
        }
        ends.Write(raw[at..]);
        return (frames.WrittenSpan.ToArray(), ends.WrittenSpan.ToArray());
    }

    // The sentence that leads to the next exception, and its frames
    private int Next(ReadOnlySpan<byte> raw, int from, out int begin, out int length)
    {
        (begin, length) = (from, 0);
        for (; begin < raw.Length; begin += _newline.Length)
        {
            var found = raw[begin..].IndexOf(_newline);
            if (found < 0)
                break;
            begin += found;
            if (IsEscaped && TrailingBackslashes(raw[..begin]) % 2 == 1)
                continue; // the backslash is itself escaped, and an n follows
            var rest = raw[begin..];
            var sentence = rest.StartsWith(_cause) ? _cause.Length : rest.StartsWith(_context) ? _context.Length : 0;
            if (sentence > 0 && FramesLength(rest[sentence..]) is > 0 and var frames)
                return length = sentence + frames;
        }
        return 0;
    }

    private static int TrailingBackslashes(ReadOnlySpan<byte> raw) => raw.Length - 1 - raw.LastIndexOfAnyExcept((byte)'\\');

    private static byte[] Sentence(ReadOnlySpan<byte> text, ReadOnlySpan<byte> newline) => [.. newline, .. newline, .. text, .. newline, .. newline];
}
