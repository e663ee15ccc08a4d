using System.Collections;
using System.Globalization;
using System.Reflection;

namespace EventHistory.Settings;

/// <summary>A setting as this process uses it, fit to be shown: secrets are masked.</summary>
/// <param name="Key">As in <c>Stream:MaxAge</c>.</param>
/// <param name="Value">Null: not set.</param>
/// <param name="Default">Null: none.</param>
/// <param name="Names">Of the command line and the environment; empty: the long one only.</param>
internal sealed record EffectiveSetting(string Key, string? Value, string? Default, string Names)
{
    public bool IsDefault => Value == Default;

    public static IReadOnlyList<EffectiveSetting> All(EventHistorySettings settings) => [.. Of("", settings, Defaults())];

    // as they are once read: the folder is absolute by then
    private static EventHistorySettings Defaults()
    {
        var settings = new EventHistorySettings();
        return settings with { Data = Path.GetFullPath(settings.Data) };
    }

    private static IEnumerable<EffectiveSetting> Of(string path, object group, object byDefault)
    {
        foreach (var property in group.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var (key, value) = (path + property.Name, property.GetValue(group));
            if (property.PropertyType is { IsClass: true } type && type.Namespace == typeof(EventHistorySettings).Namespace)
            {
                foreach (var member in value is null ? [] : Of(key + ":", value, property.GetValue(byDefault) ?? value))
                    yield return member;
            }
            else
            {
                yield return new EffectiveSetting(key, Text(value), Text(property.GetValue(byDefault)), NamesOf(key));
            }
        }
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => Secrets.Mask(text),
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Text)),
        TimeSpan { Milliseconds: > 0 } time => time.ToString().TrimEnd('0'),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool yes => yes ? "true" : "false",
        _ => value.ToString(),
    };

    private static string NamesOf(string key) => SettingAlias.All.FirstOrDefault(a => a.Key == key) is { } alias
        ? string.Join(", ", new[] { alias.Option, alias.Variable }.OfType<string>())
        : $"{EventHistorySettings.Section}__{key.Replace(":", "__", StringComparison.Ordinal)}";
}
