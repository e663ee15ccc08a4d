using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace EventHistory.Core.Celery;

/// <summary>
/// A Celery task id. Celery makes UUIDs, but an application may choose any string, so a task is keyed by 128 bits:
/// the UUID itself when the id is one in canonical form (36 lower-case characters), else a UUID of version 8 made of
/// the first bytes of the id's SHA-256. Canonical ids of version 8 are hashed too, so no id can pose as another's hash.
/// </summary>
/// <remarks>The same rule in SQL is <c>eventhistory.task_key(text)</c>; a test compares the two.</remarks>
public readonly record struct TaskId
{
    private static readonly SearchValues<char> _canonical = SearchValues.Create("-0123456789abcdef");

    private readonly string? _text;

    private TaskId(Guid key, string? text) => (Key, _text) = (key, text);

    /// <summary>What tables are keyed by.</summary>
    public Guid Key { get; }

    /// <summary>The id's text when the key does not already tell it, else null.</summary>
    public string? OddText => _text;

    /// <summary>The id as it is stored: its text (see <see cref="JsonText"/> for characters that no database text holds).</summary>
    public static TaskId Parse(string id)
    {
        var text = JsonText.Storable(id);
        return IsPlain(text, out var key) ? new TaskId(key, null) : new TaskId(Hash(text), text);
    }

    public static TaskId? Parse(EventText id)
    {
        if (id.IsEmpty)
            return null;
        return id.TryGetPlain(out var utf8) && IsPlain(utf8, out var key) ? new TaskId(key, null) : Parse(id.Text()!);
    }

    public static TaskId Stored(Guid key, string? oddText) => new(key, oddText);

    public override string ToString() => _text ?? Key.ToString("D");

    private static bool IsPlain(string id, out Guid key)
    {
        key = default;
        return id.Length == 36 && id[14] != '8' && !id.AsSpan().ContainsAnyExcept(_canonical) // the parser alone takes '+' and '0x' too
            && Guid.TryParseExact(id, "D", out key);
    }

    private static bool IsPlain(ReadOnlySpan<byte> id, out Guid key)
    {
        key = default;
        if (id.Length != 36 || id[14] == '8' || (id[8], id[13], id[18], id[23]) != ('-', '-', '-', '-') || id.ContainsAnyInRange((byte)'A', (byte)'F'))
            return false;
        Span<byte> digits = stackalloc byte[32]; // together, they are read as vectors: each event bears two ids
        id[..8].CopyTo(digits);
        id[9..13].CopyTo(digits[8..]);
        id[14..18].CopyTo(digits[12..]);
        id[19..23].CopyTo(digits[16..]);
        id[24..].CopyTo(digits[20..]);
        Span<byte> bytes = stackalloc byte[16];
        if (Convert.FromHexString(digits, bytes, out _, out _) != OperationStatus.Done)
            return false;
        key = new Guid(bytes, bigEndian: true);
        return true;
    }

    private static Guid Hash(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
