using System.Runtime.InteropServices;
using System.Text;

namespace EventHistory.Core.Celery;

/// <summary>
/// One string for each of the texts that repeat in every event: hosts, task names, queues. A table of fixed size in which a
/// newer text takes an older one's place, so names made up at random cost time and no memory. There are two places for each
/// text: of the few that an installation has, two often want the same one, and would drive each other out with every event.
/// </summary>
internal static class SharedText
{
    private const int Places = 4096;
    private const int MaxLength = 128;

    private static readonly string?[] _texts = new string?[Places];

    public static string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MaxLength)
            return Encoding.UTF8.GetString(utf8);
        var place = Place(utf8);
        ref var first = ref _texts[place];
        if (first is { } shared && Ascii.Equals(utf8, shared)) // text beyond ASCII is never shared
            return shared;
        ref var second = ref _texts[place ^ 1];
        if (second is { } other && Ascii.Equals(utf8, other))
            return other;
        var text = Encoding.UTF8.GetString(utf8);
        (second, first) = (first, text); // other threads may take these places at the same time
        return text;
    }

    private static uint Place(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(utf8))
            hash = (hash ^ word) * 0x9E3779B97F4A7C15;
        foreach (var rest in utf8[(utf8.Length & ~7)..])
            hash = (hash ^ rest) * 0x9E3779B97F4A7C15;
        return (uint)(hash >> 52);
    }
}
