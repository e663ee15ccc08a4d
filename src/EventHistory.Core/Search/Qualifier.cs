using System.Text.Json;

namespace EventHistory.Core.Search;

/// <summary>What may stand before a colon, and which field it means.</summary>
internal sealed record Qualifier(string Name, TextField? Text = null, NumberField? Number = null, TimeField? Time = null)
{
    public const string Has = "has";
    public const string Is = "is";

    /// <summary>All there are, the ones asked for most first.</summary>
    public static readonly IReadOnlyList<Qualifier> All =
    [
        .. Enum.GetValues<TextField>().Where(f => f != TextField.Any).Select(f => new Qualifier(NameOf(f), Text: f)),
        .. Enum.GetValues<NumberField>().Select(f => new Qualifier(NameOf(f), Number: f)),
        .. Enum.GetValues<TimeField>().Select(f => new Qualifier(NameOf(f), Time: f)),
        new Qualifier(Has), new Qualifier(Is),
    ];

    private static readonly Dictionary<string, Qualifier> _byName = All.ToDictionary(q => q.Name, StringComparer.OrdinalIgnoreCase);

    public static Qualifier? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary><c>QueueWait</c> → <c>queue_wait</c>.</summary>
    public static string NameOf<T>(T field) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(field.ToString());

    /// <summary>What was meant, as a sentence.</summary>
    public static string Suggest(string name) => Spelling.Nearest(name, All.Select(q => q.Name)) is { } meant
        ? $"did you mean {meant}:?"
        : $"there are {string.Join(", ", All.Select(q => q.Name))}.";
}
