using System.Globalization;
using System.Reflection;
using EventHistory.Core;

namespace EventHistory.Settings;

/// <summary>
/// Configuration → settings, or a <see cref="StartException"/> that names what is wrong. The binder of .NET refuses the same things, but
/// its messages speak of types and properties instead of what to write.
/// </summary>
internal static class SettingsReader
{
    public static EventHistorySettings Read(IConfigurationRoot configuration)
    {
        var section = configuration.GetSection(EventHistorySettings.Section);
        RefuseUnreadable(section, typeof(EventHistorySettings), path: "");
        var settings = section.Get<EventHistorySettings>() ?? new EventHistorySettings();
        settings = settings with { Database = Database(configuration), Data = Path.GetFullPath(settings.Data) };
        SettingsRules.Check(settings);
        return settings;
    }

    // ConnectionStrings:EventHistory says the same as EventHistory:Database; of the two, the source that wins decides, not the name
    private static string? Database(IConfigurationRoot configuration) =>
        configuration.Providers.Reverse()
            .Select(p => p.TryGet("EventHistory:Database", out var value) || p.TryGet("ConnectionStrings:EventHistory", out value)
                ? value
                : null)
            .FirstOrDefault(v => !string.IsNullOrEmpty(v));

    private static void RefuseUnreadable(IConfigurationSection section, Type type, string path)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var child in section.GetChildren())
        {
            var property = properties.FirstOrDefault(p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
                throw Unknown(path + child.Key, child.Key, properties.Select(p => p.Name), path);

            var name = path + property.Name;
            if (property.PropertyType.Namespace == typeof(EventHistorySettings).Namespace && property.PropertyType.IsClass)
                RefuseUnreadable(Group(child, name), property.PropertyType, name + ":");
            else if (child.GetChildren().Any())
                throw Bad($"{SettingAlias.NamesOf(name)} is a list or a group, but must be {Kind(property)}.");
            else if (!Fits(child.Value, property))
                throw Bad($"{SettingAlias.NamesOf(name)} is \"{child.Value}\", but must be {Kind(property)}.");
        }
    }

    private static IConfigurationSection Group(IConfigurationSection child, string name) =>
        string.IsNullOrEmpty(child.Value) ? child
        : throw Bad($"{SettingAlias.NamesOf(name)} is \"{child.Value}\", but is a group: set one of its members, as in {name}:….");

    private static StartException Unknown(string name, string key, IEnumerable<string> known, string path)
    {
        var meant = Spelling.Nearest(key, known);
        return Bad($"{EventHistorySettings.Section}:{name} is not a known setting"
            + (meant is null ? $"; known here are {string.Join(", ", known)}." : $"; did you mean {path}{meant}?"));
    }

    private static bool Fits(string? value, PropertyInfo property)
    {
        if (string.IsNullOrEmpty(value))
            return IsOptional(property);
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type == typeof(int) ? int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            : type == typeof(long) ? long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            : type == typeof(bool) ? bool.TryParse(value, out _)
            : type == typeof(TimeSpan) ? IsTime(value)
            : type != typeof(Roles) || AreRoles(value);
    }

    // "30" would be read as thirty days
    private static bool IsTime(string value) =>
        value.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out _);

    private static bool AreRoles(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries)
            .All(r => Enum.GetNames<Roles>().Contains(r, StringComparer.OrdinalIgnoreCase));

    private static string Kind(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(bool) ? "true or false"
            : type == typeof(TimeSpan) ? "a time as hours:minutes:seconds, such as 00:00:30 or 00:00:00.200"
            : type == typeof(Roles) ? "one or more of ingest, web and jobs, separated by commas"
            : "a text";
    }

    private static bool IsOptional(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    private static StartException Bad(string sentence) => new(sentence, StartException.BadSettings);
}
