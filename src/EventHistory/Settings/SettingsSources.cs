using System.Collections;
using System.Text.Json;
using EventHistory.Core;

namespace EventHistory.Settings;

/// <summary>Where settings come from, the later ones winning: appsettings.json beside the program, environment, command line.</summary>
internal static class SettingsSources
{
    /// <param name="commandLine">The options that were given, by key of the section: <c>Port</c> → <c>8080</c>.</param>
    /// <param name="environment">The variables of the process; tests pass their own.</param>
    /// <param name="folder">The folder with appsettings.json.</param>
    public static IConfigurationRoot Read(
        IReadOnlyDictionary<string, string?> commandLine, IDictionary? environment = null, string? folder = null)
    {
        var variables = (environment ?? Environment.GetEnvironmentVariables()).Cast<DictionaryEntry>()
            .Select(v => KeyValuePair.Create((string)v.Key, (string?)v.Value))
            .Where(v => !string.IsNullOrEmpty(v.Value))
            .ToList();
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(folder ?? AppContext.BaseDirectory, "appsettings.json"), optional: true)
                .AddInMemoryCollection(Nested(variables))
                .AddInMemoryCollection(Aliases(variables))
                .AddInMemoryCollection(commandLine.Select(o => KeyValuePair.Create(Key(o.Key), o.Value)))
                .Build();
        }
        catch (InvalidDataException e)
        {
            var reason = e.InnerException as JsonException ?? e.GetBaseException();
            throw new StartException($"appsettings.json cannot be read as JSON: {reason.Message}", StartException.BadSettings);
        }
    }

    // EventHistory__Stream__Name, as .NET spells EventHistory:Stream:Name in an environment
    private static IEnumerable<KeyValuePair<string, string?>> Nested(IEnumerable<KeyValuePair<string, string?>> variables)
    {
        var nested = variables.Where(v => v.Key.Contains("__", StringComparison.Ordinal)).ToLookup(
            v => v.Key.Replace("__", ":", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase);
        foreach (var same in nested)
        {
            // the case of letters makes two variables, and one setting
            if (IsOurs(same.Key) && same.Select(v => v.Value).Distinct().Count() > 1)
            {
                var names = string.Join(" and ", same.Select(v => v.Key).Order(StringComparer.Ordinal));
                throw new StartException($"The environment variables {names} say two things of one setting; set one of them.", StartException.BadSettings);
            }
            yield return KeyValuePair.Create(same.Key, same.First().Value);
        }
    }

    private static bool IsOurs(string key) => key.StartsWith(EventHistorySettings.Section + ":", StringComparison.OrdinalIgnoreCase);

    private static List<KeyValuePair<string, string?>> Aliases(IEnumerable<KeyValuePair<string, string?>> variables)
    {
        var found = new List<KeyValuePair<string, string?>>();
        foreach (var (name, value) in variables)
        {
            if (SettingAlias.All.FirstOrDefault(a => a.Variable == name) is { } alias)
            {
                if (!IsKubernetesLink(value))
                    found.Add(KeyValuePair.Create(Key(alias.Key), value));
            }
            else
            {
                RefuseMisspelt(name);
            }
        }

        return found;
    }

    // Other variables may begin like ours (a script's, a test's): only what is nearly one of ours is taken for a slip
    private static void RefuseMisspelt(string name)
    {
        var prefix = EventHistorySettings.Section + "_";
        if (!name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) || name.Contains("__", StringComparison.Ordinal))
            return;
        if (Spelling.Nearest(name[prefix.Length..], SettingAlias.All.Select(a => a.Variable[prefix.Length..])) is { } meant)
        {
            throw new StartException($"The environment variable {name} is not known; did you mean {prefix.ToUpperInvariant()}{meant}?",
                StartException.BadSettings);
        }
    }

    // A Kubernetes service called "eventhistory" sets EVENTHISTORY_PORT=tcp://10.0.0.1:5555 in every pod beside it
    private static bool IsKubernetesLink(string? value) => value!.StartsWith("tcp://", StringComparison.Ordinal);

    private static string Key(string key) => $"{EventHistorySettings.Section}:{key}";
}
