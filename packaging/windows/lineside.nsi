; The Windows installer, for the whole machine. packaging/windows/installer.py calls makensis with:
;   BUNDLE   the folder that PyInstaller made      ICON     the .ico
;   VERSION  such as 1.2.3                         NUMBERS  the same as 1.2.3.0
;   OUTPUT   the installer to write                SIGN     (may be absent) a command that signs the file named after it
;
; Lineside-Setup.exe /S                        installs without a question; exit code 0, or 2 when it could not
; Lineside-Setup.exe /S /WALL=handover:wall    and shows that view, full screen, whenever somebody signs in to Windows
; Lineside-Setup.exe /S /D=D:\Lineside         elsewhere; must be the last word, without quotes
; An older version is replaced where it is. Plant files and data are never touched, not even by the uninstaller.

Unicode true
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "x64.nsh"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Lineside"
!define APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths\lineside.exe"
!define CLASSES "Software\Classes"
!define PLANT_TYPE "Lineside.Plant"

Name "Lineside"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\Lineside"
RequestExecutionLevel admin
SetCompressor /SOLID lzma
ManifestDPIAware true
BrandingText "Lineside ${VERSION}"

VIProductVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "Lineside"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Installs Lineside"
VIAddVersionKey "CompanyName" "Lineside"
VIAddVersionKey "LegalCopyright" "The Lineside authors; Apache License 2.0"

!ifdef SIGN
  !finalize '${SIGN} "%1"' = 0
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "This installs Lineside ${VERSION} for everybody on this computer.$\r$\n$\r$\n\
Firewall: Lineside opens no port to the network, so no rule is made. It must reach the line controllers (OPC UA, by \
default port 4840; Modbus TCP 502), Postgres (5432) and the ERP.$\r$\n$\r$\n\
An older version is replaced. Plant files and data stay as they are."
!define MUI_FINISHPAGE_RUN "$INSTDIR\lineside-desk.exe"
!define MUI_FINISHPAGE_RUN_PARAMETERS "demo"
!define MUI_FINISHPAGE_RUN_TEXT "Open the demo plant"
!define MUI_FINISHPAGE_RUN_NOTCHECKED
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString RUNNING ${LANG_ENGLISH} "Lineside is running. Close it on this computer and try again."
LangString RUNNING ${LANG_GERMAN} "Lineside läuft. Beenden Sie es auf diesem Computer und versuchen Sie es noch einmal."
LangString NOT64 ${LANG_ENGLISH} "Lineside needs 64-bit Windows 10 or later."
LangString NOT64 ${LANG_GERMAN} "Lineside braucht ein 64-Bit-Windows ab Version 10."
LangString PLANT_FILE ${LANG_ENGLISH} "Lineside plant file"
LangString PLANT_FILE ${LANG_GERMAN} "Lineside-Werksdatei"

!macro REFUSE TEXT
  IfSilent +2
  MessageBox MB_OK|MB_ICONSTOP "${TEXT}"
  SetErrorLevel 2
  Quit
!macroend

; A program that runs can't be opened for writing: nothing is changed then.
!macro REFUSE_RUNNING UN
Function ${UN}RefuseRunning
  ${If} ${FileExists} "$INSTDIR\lineside.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\lineside.exe" a
    ${If} ${Errors}
      !insertmacro REFUSE "$(RUNNING)"
    ${EndIf}
    FileClose $0
  ${EndIf}
FunctionEnd
!macroend
!insertmacro REFUSE_RUNNING ""
!insertmacro REFUSE_RUNNING "un."

; Only what the installer brought: a folder that somebody chose may hold other things.
!macro REMOVE_PROGRAM UN
Function ${UN}RemoveProgram
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\lineside.exe"
  Delete "$INSTDIR\lineside-desk.exe"
FunctionEnd
!macroend
!insertmacro REMOVE_PROGRAM ""
!insertmacro REMOVE_PROGRAM "un."

Function .onInit
  ${IfNot} ${RunningX64}
    !insertmacro REFUSE "$(NOT64)"
  ${EndIf}
  SetRegView 64
  SetShellVarContext all
  ; upgrade in place: where it was, unless /D says another folder
  ${If} $INSTDIR == "$PROGRAMFILES64\Lineside"
    ReadRegStr $0 HKLM "${UNINSTALL}" "InstallLocation"
    ${If} $0 != ""
      StrCpy $INSTDIR $0
    ${EndIf}
  ${EndIf}
FunctionEnd

Section "Lineside"
  SetRegView 64
  SetShellVarContext all
  Call RefuseRunning
  Call RemoveProgram
  SetOutPath "$INSTDIR"
  !cd "${BUNDLE}"
  File /r "*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateDirectory "$APPDATA\Lineside"

  CreateShortcut "$SMPROGRAMS\Lineside.lnk" "$INSTDIR\lineside-desk.exe" "open" "$INSTDIR\lineside-desk.exe"
  WriteRegStr HKLM "${APP_PATHS}" "" "$INSTDIR\lineside.exe"

  WriteRegStr HKLM "${CLASSES}\.lineside" "" "${PLANT_TYPE}"
  WriteRegStr HKLM "${CLASSES}\${PLANT_TYPE}" "" "$(PLANT_FILE)"
  WriteRegStr HKLM "${CLASSES}\${PLANT_TYPE}\DefaultIcon" "" "$INSTDIR\lineside-desk.exe,0"
  WriteRegStr HKLM "${CLASSES}\${PLANT_TYPE}\shell\open\command" "" '"$INSTDIR\lineside-desk.exe" open "%1"'
  WriteRegStr HKLM "${CLASSES}\lineside" "" "URL:Lineside"
  WriteRegStr HKLM "${CLASSES}\lineside" "URL Protocol" ""
  WriteRegStr HKLM "${CLASSES}\lineside\shell\open\command" "" '"$INSTDIR\lineside-desk.exe" open "%1"'

  ; a wall: what it shows is kept for upgrades
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/WALL=" $1
  ${If} ${Errors}
    ReadRegStr $1 HKLM "${UNINSTALL}" "Wall"
  ${EndIf}
  ${If} $1 != ""
    CreateShortcut "$SMSTARTUP\Lineside wall.lnk" "$INSTDIR\lineside-desk.exe" \
      'run --wall "$1"' "$INSTDIR\lineside-desk.exe"
    WriteRegStr HKLM "${UNINSTALL}" "Wall" "$1"
  ${EndIf}

  ${GetSize} "$INSTDIR" "/S=0K" $0 $2 $3
  WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "Lineside"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayIcon" "$INSTDIR\lineside-desk.exe,0"
  WriteRegStr HKLM "${UNINSTALL}" "Publisher" "Lineside"
  WriteRegStr HKLM "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" $0
  WriteRegDWORD HKLM "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKLM "${UNINSTALL}" "NoRepair" 1
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Function un.onInit
  SetRegView 64
  SetShellVarContext all
FunctionEnd

Section "Uninstall"
  Call un.RefuseRunning
  Call un.RemoveProgram
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Lineside.lnk"
  Delete "$SMSTARTUP\Lineside wall.lnk"
  ReadRegStr $0 HKLM "${CLASSES}\.lineside" ""
  ${If} $0 == "${PLANT_TYPE}"
    DeleteRegKey HKLM "${CLASSES}\.lineside"
  ${EndIf}
  DeleteRegKey HKLM "${CLASSES}\${PLANT_TYPE}"
  DeleteRegKey HKLM "${CLASSES}\lineside"
  DeleteRegKey HKLM "${APP_PATHS}"
  DeleteRegKey HKLM "${UNINSTALL}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
