using System.Text.Json;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Queries;

/// <summary>The members of a JSON object that somebody sent, while they are being understood. What is null counts as not given.</summary>
internal sealed class JsonMembers
{
    private readonly JsonElement _root;
    private readonly string _path;
    private readonly JsonMembers? _outer;
    private string? _problem;

    private JsonMembers(JsonElement root, string path, JsonMembers? outer) => (_root, _path, _outer) = (root, path, outer);

    /// <param name="json">The body as it came.</param>
    /// <param name="known">The members there are.</param>
    /// <param name="example">What an object could look like.</param>
    /// <param name="read">May return anything once something was refused.</param>
    public static Parsed<T> Read<T>(ReadOnlyMemory<byte> json, IReadOnlyList<string> known, string example, Func<JsonMembers, T?> read) where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 6 });
            var members = new JsonMembers(document.RootElement, "", null);
            var value = members.IsObject(known, example) ? read(members) : null;
            return members._problem is null ? new(value, null) : new(null, members._problem);
        }
        catch (JsonException e)
        {
            return new(null, $"The body is not JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            return new(null, "The body has a text with half a character in it.");
        }
    }

    /// <summary>The first thing that is wrong is what is said.</summary>
    public T? Refuse<T>(string sentence)
    {
        var whole = this;
        while (whole._outer is { } outer)
            whole = outer;
        whole._problem ??= sentence;
        return default;
    }

    public bool Has(string name) => Member(name) is not null;

    /// <summary>Trimmed; null: not given, or blank.</summary>
    public string? Text(string name, int longest)
    {
        if (Member(name) is not { } member)
            return null;
        if (member.ValueKind != JsonValueKind.String)
            return Refuse<string>($"{_path}{name} is not a text.");
        var text = JsonText.Storable(member.GetString()!).Trim();
        return text.Length == 0 ? null : text.Length <= longest ? text : Refuse<string>($"{_path}{name} is longer than {longest} characters.");
    }

    /// <param name="name">Of the member.</param>
    /// <param name="longest">In characters.</param>
    /// <param name="what">Ends the sentence "… is missing:".</param>
    public string Required(string name, int longest, string what) => Text(name, longest) ?? Refuse<string>($"{_path}{name} is missing: {what}.")!;

    public long? Number(string name, long least, long most) => Member(name) is not { } number ? null
        : number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var whole) && whole >= least && whole <= most ? whole
        : Refuse<long?>($"{_path}{name} is not a whole number from {least} to {most}.");

    /// <summary>False: it is not given.</summary>
    public bool Flag(string name) => Member(name) is { } flag
        && (flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : Refuse<bool>($"{_path}{name} is neither true nor false."));

    /// <summary>The distinct texts of a list; none if it is not given.</summary>
    public IReadOnlyList<string> Texts(string name, int most, int longest)
    {
        var texts = new List<string>();
        foreach (var item in Items(name, most))
        {
            if (item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 } text || text.Length > longest)
                return Refuse<IReadOnlyList<string>>($"{_path}{name} is not a list of texts of at most {longest} characters each.") ?? [];
            texts.Add(JsonText.Storable(text).Trim());
        }
        return [.. texts.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The objects of a list; none if it is not given.</summary>
    public IReadOnlyList<T> Objects<T>(string name, int most, IReadOnlyList<string> known, string example, Func<JsonMembers, T?> read) where T : class
    {
        var all = new List<T>();
        foreach (var (number, item) in Items(name, most).Index())
        {
            var members = new JsonMembers(item, $"{_path}{name}[{number}].", this);
            if (members.IsObject(known, example) && read(members) is { } one)
                all.Add(one);
        }
        return all;
    }

    private List<JsonElement> Items(string name, int most) => Member(name) is not { } list ? []
        : list.ValueKind != JsonValueKind.Array ? Refuse<List<JsonElement>>($"{_path}{name} is not a list.") ?? []
        : list.GetArrayLength() > most ? Refuse<List<JsonElement>>($"{_path}{name} has more than {most} entries.") ?? []
        : [.. list.EnumerateArray()];

    private bool IsObject(IReadOnlyList<string> known, string example)
    {
        if (_root.ValueKind != JsonValueKind.Object)
            return Refuse<bool>($"{(_path.Length == 0 ? "The body" : _path.TrimEnd('.'))} is not an object: write {example}.");
        if (_root.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !known.Contains(name)) is not { } unknown)
            return true;
        var right = Spelling.Nearest(unknown, known) is { } meant ? $"did you mean {meant}?" : $"there are {string.Join(", ", known)}.";
        return Refuse<bool>($"There is no member \"{_path}{unknown}\": {right}");
    }

    private JsonElement? Member(string name) =>
        _root.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
}
