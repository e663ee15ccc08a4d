using EventHistory.Core.Queries;

namespace EventHistory.Core.Retention;

/// <summary>Rules of age in one line, for settings: <c>SUCCESS shop.* 7d; FAILURE 90d; audit.* forever</c>.</summary>
public static class AgeRulesText
{
    public const string Rule = "rules between semicolons, each a state or a name with * or both, and an age, such as \"SUCCESS 30d; shop.audit.* forever; FAILURE 1y\"";

    private const string ForEver = "forever";

    public static string Write(IEnumerable<AgeRule> rules) =>
        string.Join("; ", rules.Select(rule => string.Join(' ', new[] { rule.State, rule.Name, rule.Age is { } age ? AgeText.Write(age) : ForEver }.OfType<string>())));

    public static Parsed<IReadOnlyList<AgeRule>> Parse(string text)
    {
        var rules = new List<AgeRule>();
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var age = words[^1] == ForEver ? null : AgeText.Parse(words[^1]);
            if (age is null && words[^1] != ForEver)
                return new(null, $"\"{words[^1]}\" is not an age: {AgeText.Rule}, or {ForEver}");
            var about = words[..^1];
            var state = about is [var first, ..] && AgeRule.States.Contains(first) ? first : null;
            if (about.Length > (state is null ? 1 : 2))
                return new(null, $"\"{part}\" says too much: {Rule}");
            rules.Add(new AgeRule(state, about.Length > (state is null ? 0 : 1) ? about[^1] : null, age));
        }
        return new(rules, null);
    }
}
