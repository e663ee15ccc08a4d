using System.Text.Json;
using EventHistory.Core.Celery;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Retention;

/// <summary>Who keeps a task since when, and why.</summary>
public sealed record Pin(DateTime At, string By, string? Why);

/// <summary>Who wants to keep a task, and why: <c>{"by": "ann", "why": "for the audit"}</c>.</summary>
public sealed record PinRequest(string By, string? Why)
{
    public const int MaxBytes = 10_000;
    public const int MaxBy = 200;
    public const int MaxWhy = 2000;

    /// <summary>As a form of a page has them.</summary>
    public static Parsed<PinRequest> Of(string by, string why)
    {
        (by, why) = (JsonText.Storable(by).Trim(), JsonText.Storable(why).Trim());
        return by.Length == 0 ? new(null, "by is missing: say who wants to keep it.")
            : by.Length > MaxBy || why.Length > MaxWhy ? new(null, $"by has at most {MaxBy} characters, why at most {MaxWhy}.")
            : new(new PinRequest(by, why.Length == 0 ? null : why), null);
    }

    public static Parsed<PinRequest> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 3 });
            return document.RootElement.ValueKind != JsonValueKind.Object
                ? new(null, "The body is not an object: write {\"by\": \"your name\", \"why\": \"the reason\"}.")
                : Read(document.RootElement);
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

    private static Parsed<PinRequest> Read(JsonElement root)
    {
        string? by = null, why = null;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is not ("by" or "why"))
                return new(null, $"There is no member \"{member.Name}\": there are by and why.");
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (member.Value.ValueKind != JsonValueKind.String)
                return new(null, $"{member.Name} is not a text.");
            var text = JsonText.Storable(member.Value.GetString()!).Trim();
            var longest = member.Name == "by" ? MaxBy : MaxWhy;
            if (text.Length > longest)
                return new(null, $"{member.Name} is longer than {longest} characters.");
            (by, why) = member.Name == "by" ? (text, why) : (by, text);
        }
        return string.IsNullOrEmpty(by) ? new(null, "by is missing: say who wants to keep it.") : new(new PinRequest(by, string.IsNullOrEmpty(why) ? null : why), null);
    }
}
