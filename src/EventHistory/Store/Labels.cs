using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// The table <c>label</c>: texts that repeat, and their numbers. New ones are committed at once, outside the caller's
/// transaction, so that a number once seen is always there; one that nothing refers to does no harm.
/// </summary>
internal sealed class Labels(NpgsqlDataSource database)
{
    /// <summary>Task names and hosts made up at random must not fill the memory.</summary>
    private const int MaxCached = 100_000;

    private const long MaxCachedChars = 16_000_000;

    private long _chars;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _texts = [];

    public int this[string text] => _numbers[text];

    public string this[int number] => _texts[number];

    public int? Find(string? text) => text is null ? null : _numbers[text];

    /// <summary>The indexer as a delegate that is made once.</summary>
    public Func<string, int> Number => field ??= text => _numbers[text];

    /// <summary>The first 16 bytes of a text's SHA-256: texts may be longer than an index entry.</summary>
    public static Guid Digest(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>True if it remembers more than it should.</summary>
    public bool IsOvergrown => _numbers.Count > MaxCached || _chars > MaxCachedChars;

    private const string InternSql = """
        insert into eventhistory.label (digest, value)
        select * from unnest($1::uuid[], $2::text[]) on conflict (digest) do nothing
        """;

    private const string NumbersSql = "select id, value from eventhistory.label where digest = any($1)";

    /// <summary>True if the text has a number already.</summary>
    public bool Knows(string text) => _numbers.ContainsKey(text);

    /// <summary>Gives every text a number.</summary>
    public async Task Intern(IReadOnlyCollection<string> texts, CancellationToken ct)
    {
        if (texts.Count == 0)
            return;
        var unknown = texts.Distinct(StringComparer.Ordinal).ToArray();
        var digests = Array.ConvertAll(unknown, Digest);
        await using (var insert = database.CreateCommand(InternSql))
        {
            insert.Parameters.Add(new() { Value = digests });
            insert.Parameters.Add(new() { Value = unknown });
            await insert.ExecuteNonQueryAsync(ct);
        }
        await Fetch(NumbersSql, digests, ct);
    }

    private const string TextsSql = "select id, value from eventhistory.label where id = any($1)";

    /// <summary>Fetches the texts of numbers that a stored row refers to.</summary>
    public Task Load(IEnumerable<int> numbers, CancellationToken ct)
    {
        var unknown = numbers.Where(n => !_texts.ContainsKey(n)).Distinct().ToArray();
        return unknown.Length == 0 ? Task.CompletedTask : Fetch(TextsSql, unknown, ct);
    }

    private async Task Fetch(string sql, object keys, CancellationToken ct)
    {
        await using var select = database.CreateCommand(sql);
        select.Parameters.Add(new() { Value = keys });
        await using var rows = await select.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            var text = rows.GetString(1);
            _numbers[text] = rows.GetInt32(0);
            _texts[rows.GetInt32(0)] = text;
            _chars += text.Length;
        }
    }
}
