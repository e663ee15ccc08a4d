using System.Reflection;
using EventHistory.Settings;

namespace EventHistory.Ui.Configuration;

/// <summary><c>/settings</c>: what this process runs with.</summary>
internal static class SettingsPages
{
    public static IResult Page(EventHistorySettings settings) => new Html<SettingsPage>((nameof(SettingsPage.Model), new SettingsModel(
        Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "",
        [.. EffectiveSetting.All(settings).Select(s => new SettingRow(s.Key, s.Value, s.Default, s.Names, s.IsDefault))])));
}

/// <param name="Version">Of the program.</param>
public sealed record SettingsModel(string Version, IReadOnlyList<SettingRow> Rows);

/// <summary>See <see cref="EffectiveSetting"/>.</summary>
public sealed record SettingRow(string Key, string? Value, string? Default, string Names, bool IsDefault)
{
    /// <summary>The settings that stand together.</summary>
    public string Group => Key.Contains(':', StringComparison.Ordinal) ? Key.Split(':')[0] : "";
}
